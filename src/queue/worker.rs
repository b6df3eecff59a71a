//! Taking runs from a queue and working them off, one after the other.

mod answer;
mod hold;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

pub use self::answer::{Answer, Later};
use self::hold::{Ending, Hold};
use super::{Job, Lease, Queue, QueueError, RunEnd, RunState};

/// How often a worker looks by itself. Another process on the same store wakes
/// nobody here.
const LOOK: Duration = Duration::from_secs(5);
/// How long it waits after the store failed.
const REST: Duration = Duration::from_secs(1);
/// How often it tries to store how a run ended.
const TRIES: u32 = 5;

/// One worker: it holds one run at a time. Several may share a queue.
///
/// The handler gets the job and a token that asks it to stop: somebody cancelled
/// the run, the lease was lost, or the process shuts down. It then ends soon and
/// answers [`RunState::Cancelled`]; what does not end within ten seconds is dropped.
/// A run that stopped because of a shutdown is given back to the queue. A handler that
/// answers [`Answer::Later`] has its run put off; nothing is held for it meanwhile.
pub struct Worker<H> {
    name: String,
    queue: Arc<dyn Queue>,
    handler: Arc<H>,
    grace: Duration,
}

impl<H, F, A> Worker<H>
where
    H: Fn(Job, CancellationToken) -> F + Send + Sync + 'static,
    F: Future<Output = A> + Send + 'static,
    A: Into<Answer> + Send + 'static,
{
    /// A worker with a name of its own.
    pub fn new(queue: Arc<dyn Queue>, handler: H) -> Self {
        Self {
            name: format!("worker-{}", Uuid::now_v7()),
            queue,
            handler: Arc::new(handler),
            grace: Duration::from_secs(30),
        }
    }

    /// The same as one of several of one process: its name begins with `process`, so that
    /// whoever finds that process dead can say whose runs those were
    /// ([`Queue::abandon`]).
    #[must_use]
    pub fn of(mut self, process: &str) -> Self {
        self.name = format!("{process}{}", self.name);
        self
    }

    /// How long a run may go on after the shutdown began, before it is asked to
    /// stop and given back: 30 seconds where nothing is said.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Works off one run, if there is one to begin, and says whether there was.
    pub async fn step(&self) -> Result<bool, QueueError> {
        self.step_until(&CancellationToken::new()).await
    }

    /// Works until `shutdown`, and then until the run at hand has ended or was
    /// given back.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut work = self.queue.signals().work();
        while !shutdown.is_cancelled() {
            let pause = match self.step_until(&shutdown).await {
                Ok(true) => continue,
                Ok(false) => LOOK,
                Err(error) => {
                    tracing::error!(%error, worker = self.name, "cannot work on the queue");
                    tokio::time::sleep(REST).await;
                    REST
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                // An error says that the queue is gone; the next step will say so too.
                _ = work.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn step_until(&self, shutdown: &CancellationToken) -> Result<bool, QueueError> {
        let Some(job) = self.queue.lease(&self.name).await? else {
            return Ok(false);
        };
        let lease = job.lease.clone();
        let begun = job.run.attempts + job.run.postponed;
        if begun > 1 {
            let line = format!("--- attempt {begun} ---\n");
            // The run matters more than this line.
            let _ = self.queue.append_log(&lease.run, &line).await;
        }
        let stop = CancellationToken::new();
        if job.run.cancel_requested {
            // Asked for while nobody held it.
            stop.cancel();
        }
        let handler = Arc::clone(&self.handler);
        let stopped = stop.clone();
        let task: AbortOnDropHandle<Answer> =
            AbortOnDropHandle::new(tokio::spawn(async move { (handler)(job, stopped).await.into() }));
        let hold = Hold {
            queue: self.queue.as_ref(),
            lease: &lease,
            stop,
            grace: self.grace,
        };
        let ending = hold.until_over(task, shutdown).await;
        match ending {
            Ending::Lost => {
                tracing::warn!(run = lease.run, "the lease was lost; another worker goes on");
            }
            Ending::GiveBack => {
                self.queue.give_back(&lease).await?;
            }
            Ending::Over(end) => self.stored(&lease, &Answer::Over(end)).await?,
            Ending::Later(later) => self.stored(&lease, &Answer::Later(later)).await?,
        }
        Ok(true)
    }

    /// A run must not be worked off again because the store was busy for a moment.
    async fn stored(&self, lease: &Lease, answer: &Answer) -> Result<(), QueueError> {
        let mut pause = Duration::from_millis(100);
        for _ in 1..TRIES {
            match self.store(lease, answer).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    tracing::warn!(run = lease.run, "the run ended after its lease was lost");
                    return Ok(());
                }
                Err(error) => {
                    tracing::warn!(%error, run = lease.run, "cannot store how the run ended");
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.store(lease, answer).await?;
        Ok(())
    }

    async fn store(&self, lease: &Lease, answer: &Answer) -> Result<bool, QueueError> {
        match answer {
            Answer::Over(end) => self.queue.finish(lease, end).await,
            Answer::Later(later) => self.queue.postpone(lease, later.after, &later.reason).await,
        }
    }
}

fn error(reason: impl Into<String>) -> RunEnd {
    RunEnd {
        state: RunState::Error,
        reason: Some(reason.into()),
        tasks: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
