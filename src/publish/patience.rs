//! Whether a registry answers, and how long it asks to be left alone.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{StatusCode, redirect};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

use super::{PublishError, Registry};

/// For the whole of one small question.
const LIMIT: Duration = Duration::from_secs(5);
/// Nobody is left alone for longer: a clock may be wrong.
const LONGEST: Duration = Duration::from_secs(3600);

impl Registry {
    /// Whether the registry is there. Asks for nothing of it, so that it costs no pull and
    /// needs no credentials: being refused is an answer too.
    ///
    /// # Errors
    /// Where it does not answer within 5 s, is not well, or asks to be left alone.
    pub async fn answers(&self) -> Result<(), PublishError> {
        let host = self.address.host.clone();
        let answer = self.ask(&self.root()).await?;
        let retry_after = retry_after(answer.headers());
        match answer.status() {
            StatusCode::TOO_MANY_REQUESTS => Err(PublishError::TooMany {
                host,
                tried: "no credentials".to_owned(),
                reason: String::new(),
                retry_after,
            }),
            status if status.is_server_error() => Err(PublishError::Server {
                host,
                repository: "/v2/".to_owned(),
                reason: format!("HTTP {}", status.as_u16()),
                status: status.as_u16(),
                retry_after,
            }),
            _ => Ok(()),
        }
    }

    /// How long the registry asks to be left alone. The library tells of an answer's code
    /// and not of its headers, so the address that was refused is asked once more, for
    /// nothing but them.
    pub(super) async fn asked_to_wait(&self, url: &str) -> Option<Duration> {
        let ours = |url: &Url| {
            let host = url.host_str().unwrap_or_default();
            let named = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
            named == self.address.host
        };
        let url = match Url::parse(url) {
            Ok(url) if ours(&url) => url.to_string(),
            // A storage elsewhere.
            _ => self.root(),
        };
        let answer = self.ask(&url).await.ok()?;
        match answer.status() {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => retry_after(answer.headers()),
            _ => None,
        }
    }

    fn root(&self) -> String {
        let scheme = if self.address.plain { "http" } else { "https" };
        format!("{scheme}://{}/v2/", self.address.host)
    }

    async fn ask(&self, url: &str) -> Result<reqwest::Response, PublishError> {
        let host = &self.address.host;
        let client = reqwest::Client::builder()
            .timeout(LIMIT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("pelato/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| PublishError::Client {
                host: host.clone(),
                reason: error.to_string(),
            })?;
        let answer = client.head(url).send().await;
        answer.map_err(|error| super::failure::unreachable_or_tls(&error, host))
    }
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
            Duration::try_from(date - OffsetDateTime::now_utc()).unwrap_or_default()
        }
    };
    Some(asked.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_endless() {
        assert_eq!(said("7"), Some(Duration::from_secs(7)));
        assert_eq!(said("1794000000"), Some(LONGEST));
        assert_eq!(said("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(said("Wed, 21 Oct 2099 07:28:00 GMT"), Some(LONGEST));
        assert_eq!(said("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
