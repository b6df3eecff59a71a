//! Talking to a forge's API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

use super::gitea::Gitea;
use super::github::GitHub;
use super::{CommitStatus, ForgeError, ForgeKind, name};

/// How long one request may take as a whole.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// So much of an error's body is read.
pub(super) const LONGEST_ERROR: usize = 16 * 1024;

/// A forge with a token. Cheap to clone.
#[derive(Clone)]
pub enum Forge {
    /// Through octocrab.
    GitHub(GitHub),
    /// Through its REST API.
    Gitea(Gitea),
}

impl Forge {
    /// A client for the API at `api` (`https://git.example.org/api/v1`). GitHub's
    /// own is the default for GitHub; Gitea has none.
    ///
    /// Must be called within a tokio runtime. Errors when the address is none.
    pub fn new(kind: ForgeKind, api: Option<&str>, token: SecretString) -> Result<Self, ForgeError> {
        let default = match kind {
            ForgeKind::GitHub => "https://api.github.com",
            ForgeKind::Gitea => "",
        };
        let api = api_address(api.unwrap_or(default))?;
        Ok(match kind {
            ForgeKind::GitHub => Self::GitHub(GitHub::new(api, token)?),
            ForgeKind::Gitea => Self::Gitea(Gitea::new(api, token)?),
        })
    }

    /// Sets a status on a commit. `repository` is `owner/name`, `commit` its full
    /// hexadecimal id. One try: whoever calls repeats it where
    /// [`ForgeError::is_temporary`] says so. Setting the same status twice is harmless.
    pub async fn post_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        if !name::is_repository(repository) || !name::is_commit(commit) {
            return Err(ForgeError::Refused {
                api: self.api().to_owned(),
                context: status.context.clone(),
                status: 422,
                reason: "the repository or the commit is not well-formed".to_owned(),
            });
        }
        match self {
            Self::GitHub(github) => github.post_status(repository, commit, status).await,
            Self::Gitea(gitea) => gitea.post_status(repository, commit, status).await,
        }
    }

    /// The API's address.
    pub fn api(&self) -> &str {
        match self {
            Self::GitHub(github) => github.api(),
            Self::Gitea(gitea) => gitea.api(),
        }
    }
}

/// The address without a slash at its end.
fn api_address(api: &str) -> Result<String, ForgeError> {
    let wrong = |reason: &str| ForgeError::Api {
        api: api.to_owned(),
        reason: reason.to_owned(),
    };
    let url = Url::parse(api).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("it is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ForgeError::Api {
            // Not the address itself: it holds a password.
            api: url.host_str().unwrap_or_default().to_owned(),
            reason: "credentials belong into `token`".to_owned(),
        });
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    Ok(api.trim_end_matches('/').to_owned())
}

/// An answer that is no success, as an error.
pub(super) fn refusal(
    api: &str,
    repository: &str,
    context: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> ForgeError {
    let api = api.to_owned();
    let limited =
        status == StatusCode::TOO_MANY_REQUESTS || (status == StatusCode::FORBIDDEN && is_rate_limit(headers));
    if limited {
        return ForgeError::RateLimited {
            api,
            retry_after: retry_after(headers),
        };
    }
    if matches!(status.as_u16(), 401 | 403 | 404) {
        return ForgeError::Unauthorized {
            api,
            repository: repository.to_owned(),
            status: status.as_u16(),
        };
    }
    if status.is_server_error() {
        return ForgeError::Unreachable {
            api,
            reason: format!("it answers HTTP {status}"),
        };
    }
    let reason = if status.is_redirection() {
        "it answers with a redirect, which is not followed with a token; write the final address".to_owned()
    } else {
        words(body)
    };
    ForgeError::Refused {
        api,
        context: context.to_owned(),
        status: status.as_u16(),
        reason,
    }
}

/// GitHub answers 403, not 429, to a client that is past one of its limits.
/// Source: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>.
fn is_rate_limit(headers: &HeaderMap) -> bool {
    headers.contains_key("retry-after") || text(headers, "x-ratelimit-remaining") == Some("0")
}

/// `Retry-After` in seconds or as a moment, or the time until `X-RateLimit-Reset`. An hour at
/// most, since a clock may be wrong.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let asked = text(headers, "retry-after").and_then(|value| match value.parse::<u64>() {
        Ok(seconds) => Some(seconds),
        // Or a moment, `Wed, 21 Oct 2026 07:28:00 GMT`.
        Err(_) => {
            let moment = OffsetDateTime::parse(value, &Rfc2822).ok()?;
            Some(u64::try_from(moment.unix_timestamp()).ok()?.saturating_sub(now))
        }
    });
    let seconds = match asked {
        Some(seconds) => seconds,
        None => {
            let reset: u64 = text(headers, "x-ratelimit-reset")?.parse().ok()?;
            reset.saturating_sub(now)
        }
    };
    Some(Duration::from_secs(seconds.min(3600)))
}

fn text<'a>(headers: &'a HeaderMap, header: &str) -> Option<&'a str> {
    headers.get(header)?.to_str().ok()
}

/// Both forges answer `{"message": …}`.
fn words(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Answer {
        message: String,
    }
    serde_json::from_slice::<Answer>(body)
        .map(|answer| {
            answer
                .message
                .chars()
                .filter(|c| !name::is_hidden(*c))
                .take(200)
                .collect()
        })
        .unwrap_or_else(|_| "it does not say why".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(header: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn how_long_a_forge_asks_to_wait_is_read_in_all_its_forms() {
        assert_eq!(asked("retry-after", "17"), Some(Duration::from_secs(17)));
        assert_eq!(
            asked("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
        let soon = OffsetDateTime::now_utc() + Duration::from_secs(120);
        let moment = soon.format(&Rfc2822).unwrap();
        assert!(asked("retry-after", &moment) > Some(Duration::from_secs(60)));
        assert!(asked("x-ratelimit-reset", &soon.unix_timestamp().to_string()) > Some(Duration::from_secs(60)));
        // Never longer than an hour, and never for nothing.
        assert_eq!(asked("retry-after", "999999999"), Some(Duration::from_secs(3600)));
        assert_eq!(asked("retry-after", "tomorrow"), None);
    }
}
