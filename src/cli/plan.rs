//! `pelato plan`

use serde::Serialize;

use super::CommandError;
use super::actions::Told;
use super::args::Plan;
use super::folder::open;
use super::printer::Printer;
use crate::pipeline::{self, Against, ProjectPlan, RunError};
use crate::plan::{Change, PlannedTask};
use crate::report::counted;
use crate::source::{Limits, read_revision};

/// The document of `--json`, as `docs/reference/plan.md` has it.
#[derive(Serialize)]
struct PlanJson {
    projects: Vec<ProjectPlan>,
}

/// Says what a run would do, and does nothing.
pub(super) async fn run(command: &Plan, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.flags())?;
    let limits = Limits::default();
    let revision = match &command.since {
        Some(name) => {
            let read = read_revision(&opened.dir, &opened.origin.top, name, &limits);
            Some((name, read.map_err(RunError::from)?))
        }
        None => None,
    };
    let against = match &revision {
        Some((name, revision)) => Against::Revision { name, revision },
        None => Against::Deployed,
    };
    let request = command.pruning(opened.request());
    let projects = pipeline::plan(&request, against, &opened.services, &printer.reporter(&opened.services)).await?;
    let document = PlanJson { projects };
    if let Ok(text) = printer.json_text(&document) {
        printer.tell(&Told::of_plan(&document.projects, text));
    }
    if command.json {
        printer.json(&document);
        return Ok(true);
    }
    let projects = document.projects;
    let base = match &command.since {
        Some(name) => name.clone(),
        None => format!("what is deployed in {}", opened.settings.environment.name),
    };
    for project in &projects {
        printer.show(&title(project, &base));
        for task in &project.tasks {
            printer.show(&line(task));
        }
    }
    printer.say(&sum(&projects));
    Ok(true)
}

/// `Thermo (.), against what is deployed in default (commit 1a2b3c4d5e6f)`.
fn title(project: &ProjectPlan, base: &str) -> String {
    let commit = project.base.as_deref().map(|commit| {
        let short: String = commit.chars().take(12).collect();
        format!(" (commit {short})")
    });
    format!(
        "{} ({}), against {base}{}",
        project.project,
        project.path,
        commit.unwrap_or_default()
    )
}

/// `  changed    convert: build, deploy to edge, cloud (code convert.go changed)`.
fn line(task: &PlannedTask) -> String {
    let targets = task.targets.join(", ");
    let steps = match (task.change, task.build, task.deploy) {
        (Change::Removed, _, true) => format!(": undeploy from {targets}"),
        (_, true, true) => format!(": build, deploy to {targets}"),
        (_, false, true) => format!(": deploy to {targets}"),
        _ => String::new(),
    };
    let reasons = match task.reasons.is_empty() {
        true => String::new(),
        false => format!(" ({})", task.reasons.join("; ")),
    };
    // A name is checked, a reason may hold what somebody else wrote on the lattice.
    crate::report::printable(&format!(
        "  {:<9}  {}{steps}{reasons}",
        task.change.to_string(),
        task.component_name
    ))
    .to_string()
}

fn sum(projects: &[ProjectPlan]) -> String {
    let tasks = || projects.iter().flat_map(|project| &project.tasks);
    let affected = tasks().filter(|task| task.deploy).count();
    let builds = tasks().filter(|task| task.build).count();
    match affected {
        0 => format!("done: nothing to do; {}", counted(tasks().count(), "task")),
        _ => format!(
            "done: {affected} of {} affected, {builds} to build",
            counted(tasks().count(), "task")
        ),
    }
}
