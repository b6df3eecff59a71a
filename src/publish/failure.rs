//! What a registry's refusal means.

use std::error::Error;
use std::time::Duration;

use oci_client::errors::{OciDistributionError, OciEnvelope, OciErrorCode};

use super::PublishError;
use super::credentials::Credentials;

/// How much of a registry's own text goes into a message.
const LONGEST_REASON: usize = 200;

/// Whether it says that the thing asked for is not there.
pub(super) fn is_missing(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::ImageManifestNotFoundError(_) => true,
        OciDistributionError::ServerError { code, .. } => *code == 404,
        OciDistributionError::RequestError(error) => error.status().is_some_and(|status| status == 404),
        OciDistributionError::RegistryError { envelope, .. } => has(
            envelope,
            &[
                OciErrorCode::ManifestUnknown,
                OciErrorCode::NameUnknown,
                OciErrorCode::NotFound,
                OciErrorCode::BlobUnknown,
            ],
        ),
        _ => false,
    }
}

/// Whether the registry may have asked to be left alone, and the address that it said so
/// at: the library keeps no headers.
pub(super) fn limited(error: &OciDistributionError) -> Option<&str> {
    match error {
        OciDistributionError::ServerError {
            code: 429 | 503, url, ..
        } => Some(url),
        OciDistributionError::RegistryError { envelope, url } if has(envelope, &[OciErrorCode::Toomanyrequests]) => {
            Some(url)
        }
        OciDistributionError::RequestError(error) => match error.status()?.as_u16() {
            429 | 503 => Some(error.url()?.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// Our error for one of the library's.
pub(super) fn explain(
    error: OciDistributionError,
    host: &str,
    repository: &str,
    credentials: &Credentials,
    retry_after: Option<Duration>,
) -> PublishError {
    let status = match &error {
        // An answer that broke off.
        OciDistributionError::IoError(error) => {
            return PublishError::Unreachable {
                host: host.to_owned(),
                reason: error.to_string(),
            };
        }
        OciDistributionError::RequestError(error) => match error.status() {
            Some(status) => status.as_u16(),
            None => return unreachable_or_tls(error, host),
        },
        OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_) => 401,
        OciDistributionError::ServerError { code, .. } => *code,
        OciDistributionError::RegistryError { envelope, .. } => {
            if has(envelope, &[OciErrorCode::Unauthorized]) {
                401
            } else if has(envelope, &[OciErrorCode::Denied]) {
                403
            } else if has(envelope, &[OciErrorCode::Toomanyrequests]) {
                429
            } else if has(envelope, &[OciErrorCode::NameUnknown, OciErrorCode::NotFound]) {
                404
            } else {
                400
            }
        }
        _ => 0,
    };
    let text = credentials.mask(&text(&error));
    let host = host.to_owned();
    let repository = repository.to_owned();
    let tried = credentials.source.clone();
    let reason = match text.as_str() {
        "" => String::new(),
        text => format!(", it says: {text}"),
    };
    let lower = text.to_ascii_lowercase();
    let full = lower.contains("quota") || lower.contains("no space left") || lower.contains("storage limit");
    match status {
        413 | 507 => PublishError::Full {
            host,
            repository,
            reason,
        },
        400..=599 if full => PublishError::Full {
            host,
            repository,
            reason,
        },
        401 => PublishError::Unauthorized {
            host,
            repository,
            tried,
            reason,
        },
        403 => PublishError::Forbidden {
            host,
            repository,
            tried,
            reason,
        },
        404 => PublishError::NotFound {
            host,
            repository,
            reason,
        },
        429 => PublishError::TooMany {
            host,
            tried,
            reason,
            retry_after,
        },
        0 => PublishError::Server {
            host,
            repository,
            reason: text,
            status,
            retry_after,
        },
        status => PublishError::Server {
            host,
            repository,
            reason: format!("HTTP {status}{reason}"),
            status,
            retry_after,
        },
    }
}

pub(super) fn unreachable_or_tls(error: &reqwest::Error, host: &str) -> PublishError {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner.to_string());
        cause = inner.source();
    }
    // The chain repeats itself; its end is the one that says something.
    let last = causes.last().cloned().unwrap_or_else(|| error.to_string());
    let host = host.to_owned();
    let tls = causes
        .iter()
        .any(|cause| cause.contains("certificate") || cause.contains("InvalidContentType") || cause.contains("tls"));
    if tls {
        PublishError::Tls { host, reason: last }
    } else if error.is_timeout() {
        PublishError::Unreachable {
            host,
            reason: "no answer in time".to_owned(),
        }
    } else {
        PublishError::Unreachable { host, reason: last }
    }
}

fn has(envelope: &OciEnvelope, codes: &[OciErrorCode]) -> bool {
    envelope.errors.iter().any(|error| codes.contains(&error.code))
}

/// What the registry itself says, on one line and not too long.
fn text(error: &OciDistributionError) -> String {
    let said = match error {
        OciDistributionError::AuthenticationFailure(said) => said_in(said),
        OciDistributionError::ServerError { message, .. } => said_in(message),
        OciDistributionError::UnauthorizedError { .. } => String::new(),
        OciDistributionError::RegistryError { envelope, .. } => messages(envelope),
        error => error.to_string(),
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

/// A body may be the specification's JSON, some other text, or a whole page.
fn said_in(body: &str) -> String {
    if let Ok(envelope) = serde_json::from_str::<OciEnvelope>(body) {
        return messages(&envelope);
    }
    match body.trim_start().starts_with('<') {
        true => String::new(),
        false => body.to_owned(),
    }
}

fn messages(envelope: &OciEnvelope) -> String {
    let said: Vec<&str> = envelope
        .errors
        .iter()
        .map(|error| error.message.as_str())
        .filter(|message| !message.is_empty())
        .collect();
    said.join(", ")
}
