//! Gitea, and Forgejo, which carries Gitea's headers beside its own.

mod delivery;
mod statuses;

pub(super) use delivery::{SIGNATURE, read};
pub(super) use statuses::Gitea;
