//! What failed → annotations, on the author's lines where they are at fault.

use super::command::{Place, error};
use super::places::{Complaint, complaints};
use crate::cli::CommandError;
use crate::cli::check::annotations;
use crate::document::Diagnostics;
use crate::pipeline::{Outcome, RunError};
#[cfg(feature = "local")]
use crate::testing::TaskResult;

/// Of the tasks that did not get through.
pub(super) fn of_outcome(outcome: &Outcome) -> Vec<String> {
    let failed = outcome.failed();
    failed
        .flat_map(|task| {
            let reason = task.reason.as_deref().unwrap_or("no reason given");
            about(&task.project, &task.component_name, reason)
        })
        .collect()
}

/// Of the cases that failed, and the tasks that could not be tested.
#[cfg(feature = "local")]
pub(super) fn of_tested(tasks: &[TaskResult]) -> Vec<String> {
    let about_one = |task: &TaskResult| match &task.cases {
        Err(untested) => about(&task.project, &task.component_name, &untested.reason),
        Ok(cases) => {
            let failed = cases.iter().filter(|case| !case.passed());
            failed
                .map(|case| {
                    let place = Place {
                        file: task.file.clone(),
                        line: Some(case.line),
                        column: None,
                    };
                    let message = format!("{}: {}", case.name, case.shown());
                    error(Some(&place), &task.component_name, &message)
                })
                .collect()
        }
    };
    tasks.iter().flat_map(about_one).collect()
}

/// Of a command that ended early; none where it was interrupted, or told already.
pub(super) fn of_error(ended: &CommandError) -> Vec<String> {
    let of_all = |all: &[&Diagnostics]| all.iter().flat_map(|one| annotations(one)).collect();
    match ended {
        CommandError::Invalid | CommandError::Run(RunError::Cancelled) => Vec::new(),
        CommandError::Run(RunError::Workflow(all)) => of_all(&all.iter().collect::<Vec<_>>()),
        CommandError::Configuration(one) => of_all(&[one]),
        CommandError::Templates(templates) if !templates.diagnostics().is_empty() => of_all(&templates.diagnostics()),
        other => vec![error(None, "Pelato", &other.to_string())],
    }
}

/// About a task: its lines that are at fault, or its workflow.
fn about(project: &str, component_name: &str, reason: &str) -> Vec<String> {
    let found = complaints(project, reason);
    if found.is_empty() {
        let workflow = Place {
            file: match project {
                "." => "workflow.yaml".to_owned(),
                folder => format!("{folder}/workflow.yaml"),
            },
            line: None,
            column: None,
        };
        return vec![error(Some(&workflow), component_name, reason)];
    }
    found
        .iter()
        .map(|Complaint { place, message }| error(Some(place), component_name, message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_s_failure_is_on_its_lines_or_on_its_workflow() {
        let lines = [
            about(
                ".",
                "convert",
                "`convert` does not compile:\ntasks/c.go:3:6: undefined: x\ntasks/c.go:4:1: y",
            ),
            about("edge", "convert", "the host `edge` refused it:\n::error::no"),
        ];
        insta::assert_snapshot!(lines.concat().join("\n"), @r"
        ::error file=tasks/c.go,line=3,col=6,title=convert::undefined: x
        ::error file=tasks/c.go,line=4,col=1,title=convert::y
        ::error file=edge/workflow.yaml,title=convert::the host `edge` refused it:%0A::error::no
        ");
    }
}
