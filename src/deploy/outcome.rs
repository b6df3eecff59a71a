//! How a deployment ended.

use std::time::Duration;

use crate::report::TargetState;

/// What became of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetOutcome {
    /// The target: a `host-type` label.
    pub target: String,
    /// As the host inventory shows it.
    pub state: TargetState,
    /// Whether anything was sent to the lattice.
    pub changed: bool,
    /// From the first look to the end of the wait.
    pub took: Duration,
    /// Where it listens, for templates that listen.
    pub address: Option<String>,
    /// Why it waits or failed.
    pub reason: Option<String>,
}
