//! What forges are still to be told.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Lease, QueueError, Signals};
use crate::report::TaskState;

/// Keeps the statuses of commits until their forge has taken them. They are written with
/// what makes them true, and outlive the process: when a run ends, whoever ends it, its own
/// status and those of its tasks that are still pending are kept in the same transaction.
///
/// Each is handed out once for each change, and those of one repository one after the
/// other, in the order in which they were kept. One that was sent by a process that did
/// not live to say so is sent again.
pub trait Outbox: Send + Sync {
    /// Keeps statuses of the run that `lease` holds, but those that say what the
    /// context's latest one says. False when the lease is lost.
    fn announce<'a>(&'a self, lease: &'a Lease, statuses: &'a [Status]) -> BoxFuture<'a, Result<bool, QueueError>>;

    /// The contexts of a run whose latest status is pending.
    fn open<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<String>, QueueError>>;

    /// The next one to send. It is kept from others for a quarter of a minute, and so is
    /// what is behind it.
    fn take(&self) -> BoxFuture<'_, Result<Next, QueueError>>;

    /// What became of one that was taken.
    fn settle<'a>(&'a self, number: i64, sent: &'a Sent) -> BoxFuture<'a, Result<(), QueueError>>;

    /// From now on nothing is kept for these repositories (forge and name), and for all
    /// others it is: there is nobody to tell. What waits for them is dropped.
    fn mute<'a>(&'a self, repositories: &'a [(String, String)]) -> BoxFuture<'a, Result<(), QueueError>>;

    /// Lets those be taken at once that were taken and of which nobody said what became. For
    /// who knows that nobody else sends: whoever took them is dead. How many there are.
    fn take_back(&self) -> BoxFuture<'_, Result<u64, QueueError>>;

    /// Wake-ups for what happens through this very handle.
    fn signals(&self) -> &Signals;
}

/// A status as it is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `pelato` for the run, `pelato/<component_name>` for a task.
    pub context: String,
    /// How it stands.
    pub state: TaskState,
    /// For people.
    pub description: String,
}

/// A status that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its place in the order.
    pub number: i64,
    /// The run whose status it is.
    pub run: String,
    /// `github` or `gitea`.
    pub forge: String,
    /// `owner/name`.
    pub repository: String,
    /// 40 or 64 hexadecimal digits.
    pub commit: String,
    /// What is said.
    pub status: Status,
    /// How often it was tried before.
    pub tries: u32,
}

/// The answer to who wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This one.
    Now(Due),
    /// Some wait, and none may be sent before so much time has gone by.
    In(Duration),
    /// None waits.
    Nothing,
}

/// What became of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The forge has it.
    Taken,
    /// It is to be tried again after so long.
    Later(Duration),
    /// It is never going to be taken, for this reason.
    Refused(String),
}
