//! What a job's page shows: Markdown.

use std::time::Duration;

use super::markdown::{block, name, table, text};
use super::seen::Seen;
use crate::cli::CommandError;
use crate::document::Diagnostics;
use crate::pipeline::{Outcome, ProjectPlan, RunError, TaskOutcome};
use crate::plan::PlannedTask;
use crate::report::{Stage, counted};
#[cfg(feature = "local")]
use crate::testing::TaskResult;

/// Of a command that ran stages.
pub(super) fn of_outcome(outcome: &Outcome, success: bool, seen: &Seen) -> String {
    let mut summary = title(success, &outcome.summary());
    if !outcome.tasks.is_empty() {
        let rows: Vec<_> = outcome.tasks.iter().map(|task| row(task, seen)).collect();
        let head = ["Task", "Change", "Component", "Built in", "Deployed in", "Now", "Why"];
        summary.push_str(&table(&head, &rows));
    }
    for task in outcome.failed() {
        let reason = task.reason.as_deref().unwrap_or("no reason given");
        summary.push_str(&failure(&task.component_name, reason));
    }
    let times = &outcome.times;
    let times = [
        ("generate", times.generate),
        ("image", times.image),
        ("build", times.build),
        ("deploy", times.deploy),
        ("total", times.total),
    ];
    let times: Vec<String> = times
        .into_iter()
        .filter(|(_, took)| !took.is_zero())
        .map(|(stage, took)| format!("{stage} {}", seconds(took)))
        .collect();
    if !times.is_empty() {
        summary.push_str(&format!("\n{}\n", times.join(" · ")));
    }
    summary + "\n"
}

fn row(task: &TaskOutcome, seen: &Seen) -> Vec<String> {
    let of = |stage| seen.of(&task.component_name, stage);
    let took = |stage| of(stage).map(|(_, took)| seconds(took)).unwrap_or_default();
    let component = match (of(Stage::Build), &task.reference) {
        (Some((size, _)), _) => text(&size),
        (None, Some(_)) => "was there".to_owned(),
        (None, None) => String::new(),
    };
    vec![
        named(&task.project, &task.component_name),
        task.change.to_string(),
        component,
        took(Stage::Build),
        took(Stage::Deploy),
        text(&task.summary()),
        text(&task.reasons.join("; ")),
    ]
}

/// Of a plan.
pub(super) fn of_plan(projects: &[ProjectPlan]) -> String {
    let tasks = || projects.iter().flat_map(|project| &project.tasks);
    let affected = tasks().filter(|task| task.build || task.deploy).count();
    let mut summary = title(
        true,
        &format!("{affected} of {} affected", counted(tasks().count(), "task")),
    );
    let rows: Vec<_> = projects
        .iter()
        .flat_map(|project| project.tasks.iter().map(|task| planned(&project.path, task)))
        .collect();
    summary.push_str(&table(&["Task", "Change", "Would", "Targets", "Why"], &rows));
    summary + "\n"
}

fn planned(project: &str, task: &PlannedTask) -> Vec<String> {
    let would = match (task.change, task.build, task.deploy) {
        (crate::plan::Change::Removed, _, true) => "undeploy",
        (_, true, true) => "build, deploy",
        (_, true, false) => "build",
        (_, false, true) => "deploy",
        (_, false, false) => "",
    };
    let targets: Vec<String> = task.targets.iter().map(|target| name(target)).collect();
    vec![
        named(project, &task.component_name),
        task.change.to_string(),
        would.to_owned(),
        targets.join(", "),
        text(&task.reasons.join("; ")),
    ]
}

/// Of `check`.
pub(super) fn of_check(found: &[&Diagnostics], success: bool) -> String {
    let all: usize = found.iter().map(|diagnostics| diagnostics.items.len()).sum();
    let mut summary = title(success, &format!("checked, {}", counted(all, "finding")));
    for diagnostics in found {
        summary.push_str(&block(&diagnostics.render(false)));
    }
    summary + "\n"
}

/// Of `test`.
#[cfg(feature = "local")]
pub(super) fn of_tested(tasks: &[TaskResult]) -> String {
    let cases = || tasks.iter().flat_map(TaskResult::ran);
    let passed = cases().filter(|case| case.passed()).count();
    let success = tasks.iter().all(TaskResult::passed);
    let mut summary = title(
        success,
        &format!("{passed} of {} passed", counted(cases().count(), "case")),
    );
    let rows: Vec<_> = tasks
        .iter()
        .map(|task| {
            let passed = task.ran().iter().filter(|case| case.passed()).count();
            let came = match &task.cases {
                Err(untested) => text(&untested.brief),
                Ok(cases) => format!("{passed} of {}", cases.len()),
            };
            vec![named(&task.project, &task.component_name), name(&task.file), came]
        })
        .collect();
    if !rows.is_empty() {
        summary.push_str(&table(&["Task", "Cases", "Passed"], &rows));
    }
    for task in tasks.iter().filter(|task| !task.passed()) {
        let reason = match &task.cases {
            Err(untested) => untested.reason.clone(),
            Ok(cases) => {
                let failed = cases.iter().filter(|case| !case.passed());
                let failed = failed.map(|case| format!("{}: {}: {}", task.place(case), case.name, case.shown()));
                failed.collect::<Vec<_>>().join("\n\n")
            }
        };
        summary.push_str(&failure(&task.component_name, &reason));
    }
    summary + "\n"
}

/// Of a command that ended early.
pub(super) fn of_error(error: &CommandError) -> String {
    let shown = |found: &[&Diagnostics]| {
        let shown = found.iter().map(|diagnostics| block(&diagnostics.render(false)));
        format!(
            "{}{}\n",
            title(false, "what was read is wrong"),
            shown.collect::<String>()
        )
    };
    match error {
        CommandError::Run(RunError::Workflow(all)) => shown(&all.iter().collect::<Vec<_>>()),
        CommandError::Configuration(one) => shown(&[one]),
        CommandError::Templates(error) if !error.diagnostics().is_empty() => shown(&error.diagnostics()),
        other => format!("{}{}\n", title(false, "it ended early"), block(&other.to_string())),
    }
}

fn title(success: bool, said: &str) -> String {
    let sign = if success { "✅" } else { "❌" };
    format!("### {sign} Pelato: {}\n\n", text(said))
}

fn failure(component_name: &str, reason: &str) -> String {
    format!("\n**{}**\n\n{}", text(component_name), block(reason))
}

fn named(project: &str, component_name: &str) -> String {
    match project {
        "." => name(component_name),
        folder => name(&format!("{folder}/{component_name}")),
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Times;
    use crate::plan::Change;
    use crate::report::{Event, Sink as _, TaskState};

    fn task(component_name: &str, state: TaskState, reason: Option<&str>) -> TaskOutcome {
        TaskOutcome {
            project: ".".into(),
            component_name: component_name.into(),
            change: Change::Changed,
            reasons: vec!["code a|b.go changed".into()],
            state,
            reason: reason.map(str::to_owned),
            brief: reason.and_then(|reason| reason.lines().last()).map(str::to_owned),
            away: None,
            built: reason.is_none(),
            published: reason.is_none(),
            deployed: false,
            reference: reason.is_none().then(|| "r.example.org/a:1.0.0@sha256:0".to_owned()),
            targets: Vec::new(),
        }
    }

    #[test]
    fn a_run_reads_as_a_table_and_what_failed_below_it() {
        let seen = Seen::default();
        seen.take(&Event::Finished {
            task: Some("good".into()),
            stage: Stage::Build,
            detail: "2.6 MB".into(),
            took: Duration::from_millis(412),
        });
        let outcome = Outcome {
            tasks: vec![
                task("good", TaskState::Skipped, None),
                task(
                    "bad",
                    TaskState::Failure,
                    Some("`bad` does not compile:\ntasks/b.go:1:1: <x>"),
                ),
            ],
            times: Times {
                build: Duration::from_millis(500),
                total: Duration::from_millis(612),
                ..Times::default()
            },
        };
        insta::assert_snapshot!(of_outcome(&outcome, false, &seen), @r"
        ### ❌ Pelato: failed: bad (tasks/b.go:1:1: &lt;x&gt;); 1 built, 1 published, 1 left out

        | Task | Change | Component | Built in | Deployed in | Now | Why |
        | --- | --- | --- | --- | --- | --- | --- |
        | `good` | changed | 2.6 MB | 0.41 s |  | changed | code a\|b.go changed |
        | `bad` | changed |  |  |  | tasks/b.go:1:1: &lt;x&gt; | code a\|b.go changed |

        **bad**

        <pre>`bad` does not compile:
        tasks/b.go:1:1: &lt;x&gt;</pre>

        build 0.50 s · total 0.61 s
        ");
    }
}
