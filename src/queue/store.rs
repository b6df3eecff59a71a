//! What a store of jobs does. Small enough for another one (NATS JetStream) to
//! stand behind it.

use futures_util::future::BoxFuture;

use super::{Keep, NewRun, QueueError, Run, RunEnd, RunState, Signals, TaskRecord, Tidied};

/// Stores runs and hands them out. Every method is one short transaction; its
/// error says that the store did not do it, and nothing has changed then.
pub trait Queue: Send + Sync {
    /// Stores a run. When this returns, it is on the disk. Runs that are handed in at
    /// the same time may share a transaction, and one that fails takes no other along.
    ///
    /// Queued runs of the same repository and branch become superseded.
    fn accept(&self, run: NewRun) -> BoxFuture<'_, Result<Accepted, QueueError>>;

    /// Stores a run where `latest` is still the latest of its branch, so that whoever
    /// decided by that one decided right; of a newer one it tells as a duplicate. Other
    /// than [`Self::accept`] it takes the same commit again.
    fn accept_after<'a>(
        &'a self,
        run: &'a NewRun,
        latest: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Accepted, QueueError>>;

    /// The run of a branch that was accepted last, if there was any.
    fn latest<'a>(
        &'a self,
        forge: &'a str,
        repository: &'a str,
        branch: &'a str,
    ) -> BoxFuture<'a, Result<Option<Latest>, QueueError>>;

    /// How many runs there are in each state.
    fn counts(&self) -> BoxFuture<'_, Result<Vec<(RunState, u64)>, QueueError>>;

    /// A run whose lease ran out, or a queued one whose repository and environment have
    /// nothing running: the oldest of the repository whose last turn is longest ago.
    /// `worker` names who holds it.
    fn lease<'a>(&'a self, worker: &'a str) -> BoxFuture<'a, Result<Option<Job>, QueueError>>;

    /// Extends a lease.
    fn heartbeat<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Beat, QueueError>>;

    /// Keeps what is known of the tasks while the run goes on. False when the
    /// lease is lost.
    fn record<'a>(&'a self, lease: &'a Lease, tasks: &'a [TaskRecord]) -> BoxFuture<'a, Result<bool, QueueError>>;

    /// Ends a run. False when the lease is lost: then another worker ends it.
    fn finish<'a>(&'a self, lease: &'a Lease, end: &'a RunEnd) -> BoxFuture<'a, Result<bool, QueueError>>;

    /// Puts a run back as if it had not been begun. False when the lease is lost.
    fn give_back<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, QueueError>>;

    /// Lets go of what workers hold whose names begin with `name`: somebody knows that they
    /// are dead. Who leases next has those runs, without a wait for their time to run out.
    /// How many runs there are.
    fn abandon<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<u64, QueueError>>;

    /// Puts a run back that waits for something, to be begun again in `after` at the
    /// earliest; its repository and environment begin nothing else meanwhile. It counts as
    /// no attempt. What was asked for while it ran comes first: a run that somebody
    /// cancelled is over, and so is one that a newer head of its branch waits behind.
    /// False when the lease is lost.
    fn postpone<'a>(
        &'a self,
        lease: &'a Lease,
        after: std::time::Duration,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<bool, QueueError>>;

    /// Lets runs that were put off begin now: what they wait for may be back. How many
    /// there were.
    fn hasten<'a>(&'a self, which: &'a Scope) -> BoxFuture<'a, Result<u64, QueueError>>;

    /// Adds to a run's log. Past the bound of a log, one line says so and the rest
    /// is dropped.
    fn append_log<'a>(&'a self, run: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), QueueError>>;

    /// A run's log, or its last `last` bytes from the beginning of a line on. None
    /// where there is no such run.
    fn log<'a>(&'a self, run: &'a str, last: Option<usize>) -> BoxFuture<'a, Result<Option<String>, QueueError>>;

    /// One run.
    fn run<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Option<Run>, QueueError>>;

    /// Runs, newest first.
    fn runs<'a>(&'a self, filter: &'a Filter) -> BoxFuture<'a, Result<Page, QueueError>>;

    /// Cancels a run, or asks the worker that holds it to.
    fn cancel<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Cancelled, QueueError>>;

    /// Lets some of what is past `keep` go, in one short step.
    fn tidy<'a>(&'a self, keep: &'a Keep) -> BoxFuture<'a, Result<Tidied, QueueError>>;

    /// Writes something: whether a run could be stored now.
    fn check(&self) -> BoxFuture<'_, Result<(), QueueError>>;

    /// Wake-ups for what happens through this very handle.
    fn signals(&self) -> &Signals;

    /// How long a lease lasts.
    fn lease_time(&self) -> std::time::Duration;
}

/// What became of a run that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Stored under this id.
    New(String),
    /// This delivery was seen before, or this commit is the branch's latest
    /// accepted head and did not fail: the id of the run that was there.
    Duplicate(String),
    /// Too many runs wait. Nothing was stored.
    Full,
}

/// What the id of a "delivery" begins with that came of no forge, but of a departure from
/// what should be deployed. No forge's id has a slash.
pub const HEALS: &str = "heal/";

/// The run of a branch that was accepted last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The run.
    pub run: Run,
    /// Whether it is to heal ([`HEALS`]), and no push.
    pub heals: bool,
}

/// A run that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The run as it stood when it was leased.
    pub run: Run,
    /// The proof that it is held.
    pub lease: Lease,
}

/// Who holds which run, for the how-manieth time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The run's id.
    pub run: String,
    /// The worker's name.
    pub owner: String,
    /// Counted from 1.
    pub attempt: u32,
}

/// Whose runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// Those of `owner/name`.
    Repository(String),
    /// Those of an environment.
    Environment(String),
}

/// The answer to a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    Held,
    /// Go on ending: somebody asked to cancel.
    CancelRequested,
    /// Another worker has it, or it is over. Stop, and change nothing.
    Lost,
}

/// The answer to a request to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It was queued and is cancelled.
    Now,
    /// It runs, or was begun and put off; a worker is told.
    Requested,
    /// It was over already, in this state.
    Over(RunState),
    /// There is no such run.
    Unknown,
}

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this repository.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<RunState>,
    /// Only older than this run.
    pub after: Option<String>,
    /// At most so many, 1–200; 50 where none is named.
    pub limit: Option<u32>,
}

/// Some runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub runs: Vec<Run>,
    /// The id to go on [`Filter::after`]; none at the end.
    pub next: Option<String>,
}
