//! Ends that may not last.

use std::sync::{Arc, Mutex, PoisonError};

use crate::report::{Event, Sink, TaskState};

/// Stands before the sink of the commit's statuses. A task that did not get through since
/// something is away ends when its run does: where the run is only put off, the commit
/// does not say `error` in between, and a forge is not told twice for each try.
pub(super) struct Held {
    sink: Arc<dyn Sink>,
    ends: Mutex<Vec<Event>>,
}

impl Held {
    pub(super) fn before(sink: Arc<dyn Sink>) -> Arc<Self> {
        Arc::new(Self {
            sink,
            ends: Mutex::default(),
        })
    }

    /// The run is over: what was held is told.
    pub(super) fn release(&self) {
        let ends = std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        for end in &ends {
            self.sink.take(end);
        }
    }
}

impl Sink for Held {
    fn take(&self, event: &Event) {
        match event {
            Event::Ended {
                state: TaskState::Error | TaskState::Skipped,
                ..
            } => {
                let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
                ends.push(event.clone());
            }
            event => self.sink.take(event),
        }
    }
}
