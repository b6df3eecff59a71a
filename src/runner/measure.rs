//! What is counted of a run as it goes on.

use crate::report::{Event, Sink, Stage};
use crate::server::Figures;

/// Counts the stages of one run.
pub(super) struct Measure(pub(super) Figures);

impl Sink for Measure {
    fn take(&self, event: &Event) {
        match event {
            Event::Finished { task, stage, took, .. } => {
                self.0.stage_ended(&stage.to_string(), *took);
                if (*stage, task.is_some()) == (Stage::Build, true) {
                    self.0.built(true);
                }
            }
            Event::Failed {
                task: Some(_),
                stage: Stage::Build,
                ..
            } => self.0.built(false),
            _ => {}
        }
    }
}
