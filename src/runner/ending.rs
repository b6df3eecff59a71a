//! How a run of the runner ended, as the store has it.

use crate::pipeline::{Outcome, TaskOutcome};
use crate::queue::{RunEnd, RunState, TargetRecord, TaskRecord};
use crate::report::{Mask, TaskState};

/// An end without tasks.
pub(super) fn end(state: RunState, reason: impl Into<String>) -> RunEnd {
    RunEnd {
        state,
        reason: Some(reason.into()),
        tasks: Vec::new(),
    }
}

/// The same with the secrets hidden: an error may repeat what a registry answered.
pub(super) fn hidden(mut ended: RunEnd, mask: &Mask) -> RunEnd {
    let reasons = ended.tasks.iter_mut().flat_map(|task| &mut task.reasons);
    for text in ended.reason.iter_mut().chain(reasons) {
        *text = mask.hide(text).into_owned();
    }
    ended
}

/// The end of a run whose stages went through, whatever came of its tasks.
pub(super) fn finished(outcome: &Outcome) -> RunEnd {
    let state = match outcome.failed().next() {
        None => RunState::Success,
        Some(_) if outcome.failed().any(|task| task.state == TaskState::Failure) => RunState::Failure,
        Some(_) => RunState::Error,
    };
    RunEnd {
        state,
        reason: Some(outcome.summary()),
        tasks: outcome.tasks.iter().map(record).collect(),
    }
}

fn record(task: &TaskOutcome) -> TaskRecord {
    let mut reasons = task.reasons.clone();
    reasons.extend(task.reason.clone());
    TaskRecord {
        component_name: task.component_name.clone(),
        change: task.change.to_string(),
        reasons,
        state: task.state,
        reference: task.reference.clone(),
        targets: task
            .targets
            .iter()
            .map(|target| TargetRecord {
                name: target.target.clone(),
                state: target.state,
                address: target.address.clone(),
            })
            .collect(),
    }
}
