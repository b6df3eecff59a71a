//! What one step of a task is, and how it ended.

/// The exit code of a step whose sources could not be unpacked.
pub(super) const NOT_UNPACKED: i64 = 70;
/// The exit code of a step that found something of the task before it.
pub(super) const NOT_EMPTY: i64 = 71;
/// The exit code of a step that was refused a process.
pub(super) const CROWDED: i64 = 72;
/// The exit code of what keeps a lane alive, where the cache took more than it may.
pub(super) const OVERFULL: i64 = 73;
/// The exit code of a shell that cannot start a process.
pub(super) const NO_PROCESS: i64 = 2;
/// The exit code of what was killed; nobody but the kernel does that.
pub(super) const KILLED: i64 = 137;

/// One step of one task; which one says the lane that it goes through.
pub(super) struct Step<'a> {
    /// `NAME=value`, beyond what the image sets.
    pub(super) environment: Vec<String>,
    /// What it reads.
    pub(super) stdin: &'a [u8],
}

/// How a step ended by itself.
pub(super) struct Ended {
    /// Its exit code.
    pub(super) code: i64,
    /// What it made.
    pub(super) stdout: Vec<u8>,
    /// What it took too much of, where that is known.
    pub(super) excess: Option<Excess>,
}

/// What a step took more of than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// The kernel stopped a process of it for want of memory.
    Memory,
    /// It was refused a process.
    Processes,
    /// The cache grew past its bound, and the lane ended.
    Room,
}

impl Ended {
    /// Whether the next task may go through the same lane, as far as this tells.
    pub(super) fn is_orderly(&self) -> bool {
        self.excess.is_none() && self.code != KILLED && self.code != NOT_EMPTY
    }
}
