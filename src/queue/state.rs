//! Where a run stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The states of a run. The last five are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Stored, waiting for a worker.
    Queued,
    /// A worker holds its lease.
    Running,
    /// All that was to be done is done.
    Success,
    /// A task or a stage failed by the change's own fault.
    Failure,
    /// The platform did not let it end.
    Error,
    /// A newer head came.
    Superseded,
    /// Somebody asked for it.
    Cancelled,
}

impl RunState {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Success,
        Self::Failure,
        Self::Error,
        Self::Superseded,
        Self::Cancelled,
    ];

    /// As it is written in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
        }
    }

    /// True when nothing changes any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no state.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no such state; \
     the states are queued, running, success, failure, error, superseded and cancelled"
)]
pub struct UnknownState;

impl FromStr for RunState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownState)
    }
}
