//! The queue in one SQLite file.

mod accept;
mod batch;
mod cancel;
mod decide;
mod end;
mod history;
mod latest;
mod lease;
mod log;
mod open;
mod outbox;
mod postpone;
mod row;
mod tidy;

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::SqlitePool;

use self::batch::Batches;

use super::{
    Accepted, Beat, Cancelled, Clock, Filter, Job, Keep, Latest, Lease, NewRun, Page, Queue, QueueError, Run, RunEnd,
    RunState, Scope, Signals, TaskRecord, Tidied,
};

/// The bounds of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many runs may wait (`limits.queue`).
    pub queued: u32,
    /// So many bytes a run's log may have.
    pub log: u64,
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// How often a run is begun before it is given up.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queued: 10_000,
            log: 16 * 1024 * 1024,
            lease: Duration::from_secs(30),
            attempts: 3,
        }
    }
}

/// A queue in an SQLite file, in WAL mode and synced at every commit: a run that
/// was accepted is there after a power cut. Several processes on one machine may
/// share the file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteQueue {
    /// One connection: SQLite has one writer, and waiting for it here is fairer
    /// than waiting for its lock.
    writer: SqlitePool,
    readers: SqlitePool,
    batches: Batches,
    limits: Limits,
    clock: Clock,
    signals: Signals,
}

impl Queue for SqliteQueue {
    fn accept(&self, run: NewRun) -> BoxFuture<'_, Result<Accepted, QueueError>> {
        Box::pin(self.batches.accept(run))
    }

    fn accept_after<'a>(
        &'a self,
        run: &'a NewRun,
        latest: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Accepted, QueueError>> {
        Box::pin(self.accept_run_after(run, latest))
    }

    fn latest<'a>(
        &'a self,
        forge: &'a str,
        repository: &'a str,
        branch: &'a str,
    ) -> BoxFuture<'a, Result<Option<Latest>, QueueError>> {
        Box::pin(self.latest_run(forge, repository, branch))
    }

    fn counts(&self) -> BoxFuture<'_, Result<Vec<(RunState, u64)>, QueueError>> {
        Box::pin(self.count_runs())
    }

    fn lease<'a>(&'a self, worker: &'a str) -> BoxFuture<'a, Result<Option<Job>, QueueError>> {
        Box::pin(self.lease_run(worker))
    }

    fn heartbeat<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Beat, QueueError>> {
        Box::pin(self.extend_lease(lease))
    }

    fn record<'a>(&'a self, lease: &'a Lease, tasks: &'a [TaskRecord]) -> BoxFuture<'a, Result<bool, QueueError>> {
        Box::pin(self.record_tasks(lease, tasks))
    }

    fn finish<'a>(&'a self, lease: &'a Lease, end: &'a RunEnd) -> BoxFuture<'a, Result<bool, QueueError>> {
        Box::pin(self.finish_run(lease, end))
    }

    fn give_back<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, QueueError>> {
        Box::pin(self.give_run_back(lease))
    }

    fn abandon<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<u64, QueueError>> {
        Box::pin(self.abandon_runs(name))
    }

    fn postpone<'a>(
        &'a self,
        lease: &'a Lease,
        after: Duration,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<bool, QueueError>> {
        Box::pin(self.postpone_run(lease, after, reason))
    }

    fn hasten<'a>(&'a self, which: &'a Scope) -> BoxFuture<'a, Result<u64, QueueError>> {
        Box::pin(self.let_begin(which))
    }

    fn append_log<'a>(&'a self, run: &'a str, text: &'a str) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(self.append_to_log(run, text))
    }

    fn log<'a>(&'a self, run: &'a str, last: Option<usize>) -> BoxFuture<'a, Result<Option<String>, QueueError>> {
        Box::pin(self.read_log(run, last))
    }

    fn run<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Option<Run>, QueueError>> {
        Box::pin(self.find_run(run))
    }

    fn runs<'a>(&'a self, filter: &'a Filter) -> BoxFuture<'a, Result<Page, QueueError>> {
        Box::pin(self.find_runs(filter))
    }

    fn cancel<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Cancelled, QueueError>> {
        Box::pin(self.cancel_run(run))
    }

    fn tidy<'a>(&'a self, keep: &'a Keep) -> BoxFuture<'a, Result<Tidied, QueueError>> {
        Box::pin(self.tidy_up(keep))
    }

    fn check(&self) -> BoxFuture<'_, Result<(), QueueError>> {
        Box::pin(self.check_store())
    }

    fn signals(&self) -> &Signals {
        &self.signals
    }

    fn lease_time(&self) -> Duration {
        self.limits.lease
    }
}

#[cfg(test)]
mod tests;
