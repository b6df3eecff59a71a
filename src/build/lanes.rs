//! The lanes of a run: started once, shared by its tasks, never by two at a time.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::Mutex as Turn;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::BuildError;
use super::lane::Lane;
use super::sandbox::Sandbox;

/// The lanes of a run, all of one kind.
///
/// Each [`Self::take`] is owed exactly one lane, or the word that none could be started:
/// one that waits already, one that is being looked over after its last task, or one
/// that is started for it. How many are taken at a time is the callers' affair.
pub(super) struct Lanes {
    parts: Parts,
    owed: Mutex<Owed>,
    ready: Turn<UnboundedReceiver<Result<Lane, BuildError>>>,
    /// All that starts, looks over or removes a lane.
    work: TaskTracker,
}

/// What starts a lane.
#[derive(Clone)]
struct Parts {
    engine: bollard::Docker,
    sandbox: Arc<Sandbox>,
    ready: UnboundedSender<Result<Lane, BuildError>>,
    /// When this is cancelled nobody waits for a lane any more.
    cancel: CancellationToken,
}

/// What is still to come.
struct Owed {
    /// How often a lane will be taken at most.
    tasks: usize,
    /// How many lanes are ready, or will be, and are nobody's yet.
    lanes: usize,
}

impl Lanes {
    /// Starts `first` lanes, for at most `tasks` tasks, and does not wait for them.
    pub(super) fn open(
        engine: &bollard::Docker,
        sandbox: Sandbox,
        tasks: usize,
        first: usize,
        cancel: &CancellationToken,
    ) -> Self {
        let (sender, receiver) = unbounded_channel();
        let lanes = Self {
            parts: Parts {
                engine: engine.clone(),
                sandbox: Arc::new(sandbox),
                ready: sender,
                cancel: cancel.clone(),
            },
            owed: Mutex::new(Owed { tasks, lanes: first }),
            ready: Turn::new(receiver),
            work: TaskTracker::new(),
        };
        for _ in 0..first {
            lanes.start();
        }
        lanes
    }

    /// A lane for one task.
    pub(super) async fn take(&self) -> Result<Lane, BuildError> {
        let lacking = {
            let mut owed = self.owed();
            owed.tasks = owed.tasks.saturating_sub(1);
            match owed.lanes.checked_sub(1) {
                Some(rest) => {
                    owed.lanes = rest;
                    false
                }
                None => true,
            }
        };
        if lacking {
            self.start();
        }
        loop {
            match self.ready.lock().await.recv().await {
                Some(Ok(lane)) if lane.is_worn() => self.replace(lane),
                Some(lane) => return lane,
                None => return Err(BuildError::unexpected("start a container", "the run is over")),
            }
        }
    }

    /// A task needs no lane of this kind after all.
    pub(super) fn skip(&self) {
        let mut owed = self.owed();
        owed.tasks = owed.tasks.saturating_sub(1);
    }

    /// A task that took a lane needs another one.
    pub(super) fn ask_again(&self) {
        self.owed().tasks += 1;
    }

    /// Gives a lane back after its task, and does not wait. It goes to the next task if
    /// it is `orderly` and quiet; else that gets a new one. Where no task is left for it,
    /// it is removed.
    pub(super) fn put_back(&self, lane: Lane, orderly: bool) {
        let wanted = {
            let mut owed = self.owed();
            let wanted = owed.lanes < owed.tasks;
            owed.lanes += usize::from(wanted);
            wanted
        };
        match (wanted, orderly) {
            (false, _) => drop(self.work.spawn(lane.remove())),
            (true, false) => self.replace(lane),
            (true, true) => {
                let parts = self.parts.clone();
                self.work.spawn(async move {
                    match lane.is_quiet().await {
                        true => parts.hand_over(Ok(lane)).await,
                        false => parts.replace(lane).await,
                    }
                });
            }
        }
    }

    /// Removes all lanes that are not taken; comes back when these and those that were
    /// given back are gone.
    pub(super) async fn close(self) {
        self.owed().tasks = 0;
        self.work.close();
        self.work.wait().await;
        let mut ready = self.ready.into_inner();
        ready.close();
        let mut left = Vec::new();
        while let Some(lane) = ready.recv().await {
            left.extend(lane.map(Lane::remove));
        }
        join_all(left).await;
    }

    fn start(&self) {
        let parts = self.parts.clone();
        self.work.spawn(async move { parts.start().await });
    }

    fn replace(&self, lane: Lane) {
        let parts = self.parts.clone();
        self.work.spawn(async move { parts.replace(lane).await });
    }

    fn owed(&self) -> std::sync::MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Parts {
    async fn start(&self) {
        let lane = Lane::start(&self.engine, &self.sandbox).await;
        self.hand_over(lane).await;
    }

    /// Removes a lane and starts another one in its place.
    async fn replace(&self, lane: Lane) {
        match self.cancel.is_cancelled() {
            true => lane.remove().await,
            false => {
                tokio::join!(lane.remove(), self.start());
            }
        }
    }

    async fn hand_over(&self, lane: Result<Lane, BuildError>) {
        if let Err(unwanted) = self.ready.send(lane)
            && let Ok(lane) = unwanted.0
        {
            lane.remove().await;
        }
    }
}
