//! What the commands that run stages have in common: their end.

use super::args::Stages;
use super::folder::Opened;
use super::json::OutcomeJson;
use super::printer::Printer;
use crate::pipeline::Outcome;
use crate::report::{Metrics, TargetState, append};

/// Says what came of a command, and whether that is a success.
pub(super) fn conclude(outcome: &Outcome, opened: &Opened, command: &Stages, printer: &Printer) -> bool {
    let wanted = Wanted {
        require_hosts: command.require_hosts,
        json: command.json,
    };
    conclude_as(outcome, opened, wanted, printer)
}

/// What of a command's flags its end depends on.
pub(super) struct Wanted {
    pub(super) require_hosts: bool,
    pub(super) json: bool,
}

/// The same for a command with other flags.
pub(super) fn conclude_as(outcome: &Outcome, opened: &Opened, wanted: Wanted, printer: &Printer) -> bool {
    let waiting = outcome
        .tasks
        .iter()
        .flat_map(|task| &task.targets)
        .any(|target| target.state == TargetState::Waiting);
    let success = outcome.is_success() && !(wanted.require_hosts && waiting);
    let metrics = match opened.settings.metrics {
        true => keep_metrics(outcome, opened, printer),
        false => None,
    };
    printer.tell(&printer.actions().of_outcome(outcome, success, metrics));
    if wanted.json {
        printer.json(&OutcomeJson::of(outcome, success));
    }
    let summary = outcome.summary();
    printer.say(&match (success, outcome.is_success()) {
        (true, _) if outcome.is_nothing() && !outcome.tasks.is_empty() => format!("done: nothing to do; {summary}"),
        (true, _) => format!("done: {summary}"),
        (false, true) => format!("failed: a target has no host, and --require-hosts was given; {summary}"),
        // It begins with what failed.
        (false, false) => summary,
    });
    success
}

/// Where they were kept.
fn keep_metrics(outcome: &Outcome, opened: &Opened, printer: &Printer) -> Option<String> {
    let times = &outcome.times;
    let metrics = Metrics {
        tasks: outcome.tasks.len(),
        generate: times.generate,
        image: times.image,
        build: times.build,
        deploy: times.deploy,
        total: times.total,
    };
    // The run itself went as it went: figures that cannot be kept change no code.
    let path = opened.metrics_path();
    match append(&path, &metrics) {
        Ok(()) => Some(path.display().to_string()),
        Err(error) => {
            printer.say(&format!("warning: {error}"));
            None
        }
    }
}
