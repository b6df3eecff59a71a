//! What a forge's delivery means to us.

use http::HeaderMap;

use super::payload::{Claim, PushPayload};
use super::{ForgeKind, gitea, github, name};

/// A delivery, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// A branch has a new head.
    Push(Push),
    /// Nothing to do.
    Ignored {
        /// Why, for the person who looks at the forge's list of deliveries.
        reason: String,
    },
}

impl Delivery {
    pub(super) fn ignored(reason: impl Into<String>) -> Self {
        Self::Ignored { reason: reason.into() }
    }
}

/// A branch's new head. Every field was checked: nothing in it can be mistaken
/// for a path, an option or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The forge's id of the delivery, 1–128 printable characters. A delivery that
    /// is sent again has the same one.
    pub delivery: String,
    /// `owner/name`.
    pub repository: String,
    /// Without `refs/heads/`.
    pub branch: String,
    /// 40 or 64 hexadecimal digits, lower case.
    pub commit: String,
    /// The first line of the commit's message, at most 120 characters.
    pub title: Option<String>,
}

/// A delivery that is signed and cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReadable {
    /// A header that each delivery carries is missing, doubled or malformed.
    #[error("the header {0} is missing, doubled or malformed")]
    Header(&'static str),
    /// The body is not the JSON of a push.
    #[error("the body is not the JSON of a push (line {line}, column {column})")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// A field has a value that it cannot have.
    #[error("the field {0} has no valid value")]
    Field(&'static str),
}

/// Reads a delivery whose signature was verified.
///
/// Errors when it is no event that a forge sends. Events that concern nothing,
/// deletions, tags and commits that ask to be skipped are [`Delivery::Ignored`].
pub fn read(kind: ForgeKind, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, NotReadable> {
    match kind {
        ForgeKind::GitHub => github::read(headers, body),
        ForgeKind::Gitea => gitea::read(headers, body),
    }
}

/// The repository that a body claims to be about, for finding its secret. Nothing
/// else of the body is looked at, and nothing may be trusted before [`verify`].
///
/// None where there is no well-formed `repository.full_name`.
///
/// [`verify`]: super::verify
pub fn repository_name(body: &[u8]) -> Option<String> {
    let claim: Claim<'_> = serde_json::from_slice(body).ok()?;
    let full_name = claim.repository.full_name;
    name::is_repository(&full_name).then(|| full_name.into_owned())
}

/// A header that must occur exactly once and hold what `valid` accepts.
pub(super) fn one_header<'a>(
    headers: &'a HeaderMap,
    header: &'static str,
    valid: fn(&str) -> bool,
) -> Result<&'a str, NotReadable> {
    let mut values = headers.get_all(header).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().filter(|text| valid(text)),
        _ => None,
    }
    .ok_or(NotReadable::Header(header))
}

pub(super) fn read_push(delivery: &str, body: &[u8]) -> Result<Delivery, NotReadable> {
    let payload: PushPayload<'_> = serde_json::from_slice(body).map_err(|error| NotReadable::Json {
        line: error.line(),
        column: error.column(),
    })?;
    payload.into_delivery(delivery.to_owned())
}

#[cfg(test)]
mod tests;
