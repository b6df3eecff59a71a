//! How much of what is over is kept.

use std::time::Duration;

/// The bounds of the history (`retention`). What is queued or runs is never counted
/// as history, and neither is the latest run of each branch: it is how a delivery
/// that comes once more is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Runs that ended longer ago go, and their deliveries with them.
    pub runs: Duration,
    /// Logs of runs that ended longer ago go.
    pub logs: Duration,
    /// Past so many bytes the oldest logs go, and then the oldest runs.
    pub size: u64,
}

/// What one step of tidying did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// So many runs went.
    pub runs: u64,
    /// So many logs went whose runs are still there.
    pub logs: u64,
    /// There is more to do: call it again, after letting others write.
    pub more: bool,
}
