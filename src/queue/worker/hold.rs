//! Holding a run while its handler works on it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::{Answer, Later, error};
use crate::queue::{Beat, Lease, Queue, RunEnd, RunState};

/// How long a handler that was asked to stop may take.
const STOP: Duration = Duration::from_secs(10);
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

pub(super) struct Hold<'a> {
    pub(super) queue: &'a dyn Queue,
    pub(super) lease: &'a Lease,
    /// Asks the handler to stop.
    pub(super) stop: CancellationToken,
    pub(super) grace: Duration,
}

pub(super) enum Ending {
    /// Another worker has the run.
    Lost,
    /// The process shuts down.
    GiveBack,
    /// The run is over.
    Over(RunEnd),
    /// It waits for something.
    Later(Later),
}

/// Why the handler was asked to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Cancelled,
    Lost,
    Shutdown,
}

impl Hold<'_> {
    pub(super) async fn until_over(self, mut task: AbortOnDropHandle<Answer>, shutdown: &CancellationToken) -> Ending {
        let lease_time = self.queue.lease_time();
        let beat = lease_time / 3;
        let mut beats = interval_at(Instant::now() + beat, beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut cancels = self.queue.signals().cancels();
        let mut held_until = Instant::now() + lease_time;
        let mut cause: Option<Cause> = None;
        let mut draining = false;
        // When the handler is asked to stop, and when it is dropped.
        let mut patience = Instant::now() + FAR;
        loop {
            tokio::select! {
                ended = &mut task => return ending(ended, cause),
                _ = beats.tick() => {}
                () = changed(&mut cancels) => {}
                () = shutdown.cancelled(), if !draining => {
                    draining = true;
                    if cause.is_none() {
                        patience = Instant::now() + self.grace;
                    }
                    continue;
                }
                () = sleep_until(patience) => {
                    if let Some(cause) = cause {
                        task.abort();
                        return dropped(cause);
                    }
                    cause = Some(Cause::Shutdown);
                    self.stop.cancel();
                    patience = Instant::now() + STOP;
                    continue;
                }
            }
            let now = match self.queue.heartbeat(self.lease).await {
                Ok(Beat::Held) => {
                    held_until = Instant::now() + lease_time;
                    continue;
                }
                Ok(Beat::CancelRequested) => {
                    held_until = Instant::now() + lease_time;
                    Cause::Cancelled
                }
                Ok(Beat::Lost) => Cause::Lost,
                Err(error) => {
                    tracing::warn!(%error, run = self.lease.run, "cannot extend the lease");
                    if Instant::now() < held_until {
                        continue;
                    }
                    // By now another worker may have it.
                    Cause::Lost
                }
            };
            if cause.is_none() {
                patience = Instant::now() + STOP;
            }
            if cause != Some(Cause::Lost) {
                cause = Some(now);
            }
            self.stop.cancel();
        }
    }
}

async fn changed(cancels: &mut watch::Receiver<u64>) {
    if cancels.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn ending(ended: Result<Answer, JoinError>, cause: Option<Cause>) -> Ending {
    match (ended, cause) {
        (_, Some(Cause::Lost)) => Ending::Lost,
        // It ended before it saw that somebody cancelled it: the store sees it.
        (Ok(Answer::Later(later)), _) => Ending::Later(later),
        (Ok(Answer::Over(end)), Some(Cause::Shutdown)) if end.state == RunState::Cancelled => Ending::GiveBack,
        (Ok(Answer::Over(end)), _) if end.state.is_final() => Ending::Over(end),
        (Ok(Answer::Over(end)), _) => {
            tracing::error!(state = %end.state, "a handler ended in a state that is not final");
            Ending::Over(error("the run did not say how it ended"))
        }
        (Err(failed), _) => {
            // The panic's text is on stderr; it is none of a reader's business.
            tracing::error!(error = %failed, "a handler panicked");
            Ending::Over(error(
                "the runner failed in the middle of this run; its own log has the reason",
            ))
        }
    }
}

fn dropped(cause: Cause) -> Ending {
    match cause {
        Cause::Lost => Ending::Lost,
        Cause::Shutdown => Ending::GiveBack,
        Cause::Cancelled => Ending::Over(RunEnd {
            state: RunState::Cancelled,
            reason: Some("cancelled; it had to be broken off".to_owned()),
            tasks: Vec::new(),
        }),
    }
}
