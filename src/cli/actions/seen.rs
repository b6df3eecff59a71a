//! What a run says on the way that its outcome does not have: sizes, and times of each task.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::report::{Event, Sink, Stage};

/// What each task's stages came to, and how long they took.
#[derive(Default)]
pub(in crate::cli) struct Seen(Mutex<HashMap<(String, Stage), (String, Duration)>>);

impl Seen {
    /// Of one task's stage; none where it had none.
    pub(super) fn of(&self, task: &str, stage: Stage) -> Option<(String, Duration)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&(task.to_owned(), stage)).cloned()
    }
}

impl Sink for Seen {
    fn take(&self, event: &Event) {
        if let Event::Finished {
            task: Some(task),
            stage,
            detail,
            took,
        } = event
        {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert((task.clone(), *stage), (detail.clone(), *took));
        }
    }
}
