//! What stages announce through.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Event, Mask, Stage};

/// Something that takes in the events of a run. It must not block for long:
/// stages wait for it.
pub trait Sink: Send + Sync {
    /// Takes one event in.
    fn take(&self, event: &Event);
}

/// A handle on the sinks of one run. Cheap to clone.
#[derive(Clone, Default)]
pub struct Reporter {
    sinks: Arc<[Arc<dyn Sink>]>,
    mask: Mask,
}

impl Reporter {
    /// A reporter that feeds `sinks` in their order.
    pub fn new(sinks: Vec<Arc<dyn Sink>>) -> Self {
        Self {
            sinks: sinks.into(),
            mask: Mask::default(),
        }
    }

    /// The same, with the secrets of `mask` hidden from every sink.
    #[must_use]
    pub fn masked(self, mask: Mask) -> Self {
        Self { mask, ..self }
    }

    /// What is hidden. Who cuts a text into events has to look where that may be done.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Hands an event to every sink.
    pub fn announce(&self, event: Event) {
        let event = event.masked(&self.mask);
        for sink in self.sinks.iter() {
            sink.take(&event);
        }
    }

    /// A stage begins; the returned instant goes into [`Self::finished`].
    pub fn started(&self, task: Option<&str>, stage: Stage) -> Instant {
        self.announce(Event::Started {
            task: task.map(str::to_owned),
            stage,
        });
        Instant::now()
    }

    /// A stage prints a line.
    pub fn line(&self, task: Option<&str>, stage: Stage, text: impl Into<String>) {
        self.announce(Event::Line {
            task: task.map(str::to_owned),
            stage,
            text: text.into(),
        });
    }

    /// A stage ended well.
    pub fn finished(&self, task: Option<&str>, stage: Stage, took: Duration, detail: impl Into<String>) {
        self.announce(Event::Finished {
            task: task.map(str::to_owned),
            stage,
            detail: detail.into(),
            took,
        });
    }

    /// A stage ended badly.
    pub fn failed(&self, task: Option<&str>, stage: Stage, reason: impl Into<String>) {
        self.announce(Event::Failed {
            task: task.map(str::to_owned),
            stage,
            reason: reason.into(),
        });
    }
}
