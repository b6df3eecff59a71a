//! A runner elsewhere, over its API: what it ran, what these runs said, and an end to
//! one of them.

mod error;
mod runner;

pub use crate::server::{RunJson, RunsJson};
pub use error::ClientError;
pub use runner::{Asked, Runner, Wanted};
