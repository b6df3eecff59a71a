//! `pelato status`

use serde::Serialize;

use super::CommandError;
use super::args::Status;
use super::folder::open;
use super::printer::Printer;
use super::rollback::{DeploymentJson, commit, moment};
use super::table::table;
use crate::deploy::Look;
use crate::pipeline::{self, Recorded};
use crate::report::TargetState;

#[derive(Serialize)]
struct StatusJson {
    environment: String,
    tasks: Vec<TaskJson>,
}

#[derive(Serialize)]
struct TaskJson {
    project: String,
    component_name: String,
    name: Option<String>,
    targets: Vec<TargetJson>,
}

#[derive(Serialize)]
struct TargetJson {
    name: String,
    application: String,
    state: TargetState,
    reason: Option<String>,
    #[serde(flatten)]
    deployment: DeploymentJson,
}

/// Shows what runs where. Whether all of it does is no matter of the exit code.
pub(super) async fn run(command: &Status, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.place.flags())?;
    printer.hide_those_of(&opened.services);
    let tasks = pipeline::status(&opened.request(), &opened.services).await?;
    if command.json {
        printer.json(&StatusJson {
            environment: opened.services.environment().name.clone(),
            tasks: tasks.iter().map(task_json).collect(),
        });
        return Ok(true);
    }
    if tasks.is_empty() {
        printer.say("nothing of this project is deployed here");
        return Ok(true);
    }
    let rows: Vec<Vec<String>> = tasks.iter().flat_map(rows).collect();
    let head = [
        "TASK", "TARGET", "STATE", "VERSION", "COMMIT", "DEPLOYED", "ADDRESS", "",
    ];
    let text = table(&head, &rows);
    printer.bytes(text.as_bytes()).map_err(CommandError::Output)?;
    Ok(true)
}

fn annotation(look: &Look, key: &str) -> Option<String> {
    look.deployed.annotations.get(key).cloned()
}

fn task_json(task: &Recorded<Look>) -> TaskJson {
    let targets = task.applications.iter().map(|look| TargetJson {
        name: annotation(look, "pelato.target").unwrap_or_default(),
        application: look.deployed.application.clone(),
        state: look.state,
        reason: look.reason.clone(),
        deployment: DeploymentJson::from(&look.deployed.now()),
    });
    TaskJson {
        project: task.project.clone(),
        component_name: task.component_name.clone(),
        name: task
            .applications
            .first()
            .and_then(|look| annotation(look, "pelato.name")),
        targets: targets.collect(),
    }
}

fn rows(task: &Recorded<Look>) -> Vec<Vec<String>> {
    let rows = task.applications.iter().map(|look| {
        let now = look.deployed.now();
        vec![
            task.component_name.clone(),
            annotation(look, "pelato.target").unwrap_or_default(),
            look.state.to_string(),
            now.version().to_owned(),
            commit(&now),
            moment(&now),
            now.address().unwrap_or_default(),
            look.reason.clone().unwrap_or_default(),
        ]
    });
    rows.collect()
}
