//! GitHub: github.com and GitHub Enterprise Server.

mod delivery;
mod statuses;

pub(super) use delivery::{SIGNATURE, read};
pub(super) use statuses::GitHub;
