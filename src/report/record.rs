//! The store's record of a run's tasks as a sink, for pages that look while it
//! runs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Event, Sink, Stage, TaskState};
use crate::queue::{Lease, Queue, TaskRecord};

/// Keeps the tasks of a run as far as they are known.
pub struct Record {
    tasks: Mutex<Vec<TaskRecord>>,
    changed: watch::Sender<Vec<TaskRecord>>,
}

impl Record {
    /// A record of the run that `lease` holds, and the task that stores it. The
    /// task ends when the record is dropped.
    pub fn start(queue: Arc<dyn Queue>, lease: Lease) -> (Arc<Self>, JoinHandle<()>) {
        let (changed, mut latest) = watch::channel(Vec::new());
        let storing = tokio::spawn(async move {
            // What changes while one state is stored is stored together.
            while latest.changed().await.is_ok() {
                let tasks = latest.borrow_and_update().clone();
                if let Err(error) = queue.record(&lease, &tasks).await {
                    tracing::warn!(%error, run = lease.run, "the tasks of a run could not be stored");
                }
            }
        });
        let record = Self {
            tasks: Mutex::default(),
            changed,
        };
        (Arc::new(record), storing)
    }
}

impl Sink for Record {
    fn take(&self, event: &Event) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Planned(planned) => tasks.push(TaskRecord {
                component_name: planned.task.clone(),
                change: planned.change.clone(),
                reasons: planned.reasons.clone(),
                state: TaskState::Pending,
                reference: None,
                targets: Vec::new(),
            }),
            Event::Finished {
                task: Some(task),
                stage: Stage::Publish,
                detail,
                ..
            } => {
                for known in tasks.iter_mut().filter(|known| known.component_name == *task) {
                    known.reference = Some(detail.clone());
                }
            }
            Event::Ended { task, state, .. } => {
                for known in tasks.iter_mut().filter(|known| known.component_name == *task) {
                    known.state = *state;
                }
            }
            // Tasks are planned one by one, and shown together.
            Event::Finished {
                task: None,
                stage: Stage::Plan,
                ..
            } => {}
            _ => return,
        }
        if !matches!(event, Event::Planned(_)) {
            self.changed.send_replace(tasks.clone());
        }
    }
}
