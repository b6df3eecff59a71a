//! Runs that arrive together are stored together: one transaction, one sync of the
//! disk. Who comes while a transaction is on its way shares the next one, so a burst
//! makes batches larger and nobody is ever kept waiting for company.

use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::accept::accept;
use crate::queue::{Accepted, Clock, NewRun, QueueError, Signals};

/// So many share a transaction at most: a lease waits for one batch, not for a burst.
const MOST: usize = 256;
/// So many may wait for theirs before who hands one in has to wait for a place: the
/// connections of the door are bounded too.
const LINE: usize = 1024;

/// A run, and where its answer goes.
struct Request {
    run: NewRun,
    answer: oneshot::Sender<Result<Accepted, QueueError>>,
}

/// The way to the task that stores runs. It ends with its last clone.
#[derive(Clone)]
pub(super) struct Batches {
    line: mpsc::Sender<Request>,
}

/// What the task works with.
pub(super) struct Storing {
    pub(super) writer: SqlitePool,
    pub(super) clock: Clock,
    pub(super) signals: Signals,
    /// So many runs may wait.
    pub(super) most_queued: u32,
}

impl Batches {
    pub(super) fn start(storing: Storing) -> Self {
        let (line, requests) = mpsc::channel(LINE);
        tokio::spawn(storing.work(requests));
        Self { line }
    }

    /// Answers once the run is on the disk, or is not going to be.
    pub(super) async fn accept(&self, run: NewRun) -> Result<Accepted, QueueError> {
        let (answer, answered) = oneshot::channel();
        let stopped = |_| QueueError::Stopped;
        self.line
            .send(Request { run, answer })
            .await
            .map_err(|_| QueueError::Stopped)?;
        answered.await.map_err(stopped)?
    }
}

impl Storing {
    async fn work(self, mut requests: mpsc::Receiver<Request>) {
        let mut batch = Vec::new();
        while requests.recv_many(&mut batch, MOST).await > 0 {
            let (runs, answers): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|request| (request.run, request.answer)).unzip();
            let stored = self.store(&runs).await;
            if stored.iter().any(|one| matches!(one, Ok(Accepted::New(_)))) {
                self.signals.announce_work();
                // Of those that it superseded.
                self.signals.announce_status();
            }
            // Who does not wait any more is answered when its delivery comes again.
            for (answer, one) in answers.into_iter().zip(stored) {
                let _ = answer.send(one);
            }
        }
    }

    /// One transaction. Where it fails each has one of its own, so that one that cannot be
    /// stored takes no other along.
    async fn store(&self, runs: &[NewRun]) -> Vec<Result<Accepted, QueueError>> {
        match self.store_together(runs).await {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error) if runs.len() < 2 => vec![Err(error)],
            Err(_) => {
                let mut answers = Vec::with_capacity(runs.len());
                for run in runs {
                    let alone = self.store_together(std::slice::from_ref(run)).await;
                    answers.push(alone.map(|mut answer| answer.remove(0)));
                }
                answers
            }
        }
    }

    async fn store_together(&self, runs: &[NewRun]) -> Result<Vec<Accepted>, QueueError> {
        let mut writer = self.writer.acquire().await?;
        let accepted = accept(&mut writer, runs, self.clock.millis(), u64::from(self.most_queued)).await;
        // SQLite may have given the transaction up itself. In doubt the next one begins on
        // another connection.
        if accepted.is_err() && sqlx::query("ROLLBACK").execute(&mut *writer).await.is_err() {
            writer.close_on_drop();
        }
        accepted
    }
}
