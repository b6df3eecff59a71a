//! Whether a forge is there.

use std::time::Duration;

use reqwest::{Client, StatusCode, redirect};
use url::Url;

use super::ForgeError;
use super::client::retry_after;

/// For one small question.
const LIMIT: Duration = Duration::from_secs(5);

/// The forge that an address of a repository leads to, `https://host:port`; none for a
/// repository on this disk.
pub fn origin(repository: &str) -> Option<String> {
    let url = Url::parse(repository).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Whether the forge at `origin` answers, whatever it says. Asks for nothing and shows no
/// token.
///
/// # Errors
/// Where it does not answer within 5 s, is not well, or asks to be left alone.
pub async fn answers(origin: &str) -> Result<(), ForgeError> {
    let unreachable = |reason: String| ForgeError::Unreachable {
        api: origin.to_owned(),
        reason,
    };
    let client = Client::builder()
        .timeout(LIMIT)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("pelato/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unreachable(innermost(&error)))?;
    let answer = client.head(origin).send().await.map_err(|error| {
        unreachable(match error.is_timeout() {
            true => format!("no answer within {} s", LIMIT.as_secs()),
            false => innermost(&error),
        })
    })?;
    match answer.status() {
        StatusCode::TOO_MANY_REQUESTS => Err(ForgeError::RateLimited {
            api: origin.to_owned(),
            retry_after: retry_after(answer.headers()),
        }),
        status if status.is_server_error() => Err(unreachable(format!("it answers HTTP {status}"))),
        _ => Ok(()),
    }
}

/// The errors around it say no more than "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_of_a_forge_share_its_origin() {
        let of = |url| origin(url);
        assert_eq!(
            of("https://git.example.org/a/b.git").as_deref(),
            Some("https://git.example.org")
        );
        assert_eq!(
            of("https://git.example.org:443/c/d").as_deref(),
            Some("https://git.example.org")
        );
        assert_eq!(
            of("http://127.0.0.1:3000/a/b.git").as_deref(),
            Some("http://127.0.0.1:3000")
        );
        assert_eq!(of("file:///srv/a.git"), None);
    }
}
