//! Commit statuses as a sink: what a forge is to be told goes into the outbox, and from
//! there to the forge, whenever that takes it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::{Event, PlannedEvent, Sink, Stage, TaskState};
use crate::queue::{Lease, Outbox, QueueError, Status, TaskRecord};

/// Past so many affected tasks only the run's own status is posted: forges limit
/// how many a commit may have.
const MOST_TASKS: usize = 20;

/// So many statuses are stored together at most.
const TOGETHER: usize = 64;

/// How often statuses are tried to be stored.
const TRIES: u32 = 5;

/// Announces a run's statuses, each once for each change and in order. How the run
/// itself ends is announced by the store, with the end.
pub struct Statuses {
    kept: UnboundedSender<Status>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    planned: Vec<PlannedEvent>,
    /// The commit has several, those included that are passed over: what a status is
    /// called does not depend on what a push changes.
    several: bool,
    /// Set once the plan is complete: whether tasks have statuses of their own.
    each: Option<bool>,
    /// What was told to be pending, in this attempt or in one that did not end.
    open: BTreeSet<String>,
}

impl Statuses {
    /// Statuses of the run that `lease` holds, and the task that stores them. The task
    /// ends when the statuses are dropped and all are stored.
    pub async fn start(outbox: Arc<dyn Outbox>, lease: Lease) -> Result<(Arc<Self>, JoinHandle<()>), QueueError> {
        let open = outbox.open(&lease.run).await?.into_iter().collect();
        let (kept, receiver) = unbounded_channel();
        let storing = tokio::spawn(store(outbox, lease, receiver));
        let statuses = Self {
            kept,
            state: Mutex::new(State {
                open,
                ..State::default()
            }),
        };
        Ok((Arc::new(statuses), storing))
    }

    /// The run begins.
    pub fn begin(&self) {
        self.keep("pelato".into(), TaskState::Pending, "running".into());
    }

    /// The run is put off, and goes on later.
    pub fn wait(&self, reason: &str) {
        self.keep("pelato".into(), TaskState::Pending, format!("waiting: {reason}"));
    }

    /// Says how the tasks ended that an earlier attempt told to be pending and this one
    /// found done.
    pub fn settle(&self, tasks: &[TaskRecord]) {
        let mut state = self.state();
        let open = std::mem::take(&mut state.open);
        for context in open {
            let name = context.rsplit('/').next();
            let Some(task) = tasks.iter().find(|task| Some(task.component_name.as_str()) == name) else {
                continue;
            };
            if task.state != TaskState::Pending {
                let description = match task.reasons.is_empty() {
                    true => "as it is wanted".to_owned(),
                    false => task.reasons.join("; "),
                };
                self.keep(context, task.state, description);
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, context: String, state: TaskState, description: String) {
        // The receiver lives as long as this sender.
        let _ = self.kept.send(Status {
            context,
            state,
            description,
        });
    }

    fn planned(&self, state: &mut State) {
        let affected = || state.planned.iter().filter(|task| task.affected);
        let each = affected().count() <= MOST_TASKS;
        if each {
            let mut told = Vec::new();
            for task in affected() {
                let description = format!("{}: {}", task.change, task.reasons.join("; "));
                let context = context(state.several, &task.project, &task.task);
                self.keep(context.clone(), TaskState::Pending, description);
                told.push(context);
            }
            state.open.extend(told);
        }
        state.each = Some(each);
    }
}

impl Sink for Statuses {
    fn take(&self, event: &Event) {
        let mut state = self.state();
        match event {
            Event::Projects(count) => state.several = *count > 1,
            Event::Planned(planned) => state.planned.push(planned.clone()),
            Event::Finished {
                task: None,
                stage: Stage::Plan,
                ..
            } => self.planned(&mut state),
            Event::Ended {
                project,
                task,
                state: ended,
                summary,
            } => {
                let context = context(state.several, project, task);
                // What failed is shown, planned or not.
                let bad = matches!(ended, TaskState::Failure | TaskState::Error);
                if state.open.remove(&context) || (bad && state.each == Some(true)) {
                    self.keep(context, *ended, summary.clone());
                }
            }
            _ => {}
        }
    }
}

/// `pelato/<component_name>`, with the project's folder where there are several.
fn context(several: bool, project: &str, task: &str) -> String {
    match several && project != "." {
        true => format!("pelato/{project}/{task}"),
        false => format!("pelato/{task}"),
    }
}

async fn store(outbox: Arc<dyn Outbox>, lease: Lease, mut kept: UnboundedReceiver<Status>) {
    let mut together = Vec::new();
    while kept.recv_many(&mut together, TOGETHER).await > 0 {
        if let Err(error) = announce(outbox.as_ref(), &lease, &together).await {
            tracing::error!(%error, run = lease.run, "statuses of a run could not be stored");
        }
        together.clear();
    }
}

/// What the forge is told must not be lost because the store was busy for a moment.
async fn announce(outbox: &dyn Outbox, lease: &Lease, statuses: &[Status]) -> Result<bool, QueueError> {
    let mut pause = Duration::from_millis(100);
    for _ in 1..TRIES {
        match outbox.announce(lease, statuses).await {
            Ok(held) => return Ok(held),
            Err(error) => tracing::warn!(%error, run = lease.run, "cannot store statuses yet"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    outbox.announce(lease, statuses).await
}
