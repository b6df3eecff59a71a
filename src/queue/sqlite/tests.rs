//! The real SQLite on a real disk, with a clock that the test turns.

mod accept;
mod history;
mod lease;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use time::OffsetDateTime;

use super::{Limits, SqliteQueue};
use crate::queue::{Accepted, Clock, Job, NewRun, Queue, RunEnd, RunState};

struct Store {
    folder: TempDir,
    seconds: Arc<AtomicI64>,
    limits: Limits,
}

impl Store {
    fn new() -> Self {
        let limits = Limits {
            queued: 5,
            log: 100,
            ..Limits::default()
        };
        Self {
            folder: tempfile::tempdir().unwrap(),
            seconds: Arc::new(AtomicI64::new(1_795_000_000)),
            limits,
        }
    }

    /// Opening it again is a restart.
    async fn open(&self) -> SqliteQueue {
        let seconds = Arc::clone(&self.seconds);
        let clock = Clock::new(move || OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::SeqCst)).unwrap());
        let path = self.folder.path().join("pelato.db");
        SqliteQueue::open(&path, self.limits.clone(), clock).await.unwrap()
    }

    fn pass(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs().cast_signed(), Ordering::SeqCst);
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn push(delivery: &str, branch: &str, commit: char) -> NewRun {
    NewRun {
        forge: "gitea".to_owned(),
        repository: "acme/thermo".to_owned(),
        delivery: Some(delivery.to_owned()),
        branch: branch.to_owned(),
        commit: commit.to_string().repeat(40),
        environment: if branch == "main" { "production" } else { "staging" }.to_owned(),
        title: None,
    }
}

fn id(accepted: Accepted) -> String {
    match accepted {
        Accepted::New(id) => id,
        other => panic!("{other:?}"),
    }
}

fn end(state: RunState) -> RunEnd {
    RunEnd {
        state,
        reason: None,
        tasks: Vec::new(),
    }
}

async fn lease(queue: &SqliteQueue) -> Job {
    queue.lease("one").await.unwrap().expect("a run to begin")
}

async fn run_one(queue: &SqliteQueue, state: RunState) -> String {
    let job = lease(queue).await;
    assert!(queue.finish(&job.lease, &end(state)).await.unwrap());
    job.run.commit[..1].to_owned()
}

async fn state(queue: &SqliteQueue, run: &str) -> RunState {
    queue.run(run).await.unwrap().unwrap().state
}
