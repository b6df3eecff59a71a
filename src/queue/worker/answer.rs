//! What a handler answers.

use std::time::Duration;

use crate::queue::RunEnd;

/// What became of a run that was worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is over.
    Over(RunEnd),
    /// It waits for something.
    Later(Later),
}

/// A run that is to be begun again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// Not before that time has gone by.
    pub after: Duration,
    /// What it waits for, for people.
    pub reason: String,
}

impl From<RunEnd> for Answer {
    fn from(end: RunEnd) -> Self {
        Self::Over(end)
    }
}
