//! `pelato status`

use std::time::Duration;

use serde::Serialize;

use super::CommandError;
use super::args::Status;
use super::folder::{Opened, open};
use super::interrupt::interrupted;
use super::printer::Printer;
use super::rollback::{DeploymentJson, commit, moment};
use super::table::table;
use crate::deploy::{Look, On};
use crate::pipeline::{self, Recorded, RunError, TaskStatus};
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
    drift: Option<String>,
    targets: Vec<TargetJson>,
}

#[derive(Serialize)]
struct TargetJson {
    name: String,
    application: String,
    state: TargetState,
    reason: Option<String>,
    platform: Option<String>,
    wanted_instances: Option<usize>,
    hosts: Vec<On>,
    digest: Option<String>,
    #[serde(flatten)]
    deployment: DeploymentJson,
}

/// Shows what runs where. Whether all of it does is no matter of the exit code.
pub(super) async fn run(command: &Status, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.place.flags())?;
    printer.hide_those_of(&opened.services);
    let Some(seconds) = command.watch else {
        show(command, &opened, printer).await?;
        return Ok(true);
    };
    let cancel = interrupted();
    loop {
        if !command.json {
            printer.begin_again();
        }
        show(command, &opened, printer).await?;
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
            () = cancel.cancelled() => return Err(RunError::Cancelled.into()),
        }
    }
}

/// One look.
async fn show(command: &Status, opened: &Opened, printer: &Printer) -> Result<(), CommandError> {
    let (request, services) = (opened.request(), &opened.services);
    let mut tasks = pipeline::status(&request, services).await?;
    if command.drift {
        pipeline::drift(&mut tasks, &request, services, &printer.reporter(services)).await?;
    }
    if command.json {
        let document = StatusJson {
            environment: services.environment().name.clone(),
            tasks: tasks.iter().map(task_json).collect(),
        };
        match command.watch {
            Some(_) => printer.json_line(&document),
            None => printer.json(&document),
        }
        return Ok(());
    }
    if tasks.is_empty() {
        printer.say("nothing of this project is deployed here");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = tasks.iter().flat_map(rows).collect();
    let head = [
        "TASK",
        "TARGET",
        "STATE",
        "INSTANCES",
        "HOSTS",
        "VERSION",
        "DIGEST",
        "COMMIT",
        "DEPLOYED",
        "ADDRESS",
        "",
    ];
    let text = table(&head, &rows);
    printer.bytes(text.as_bytes()).map_err(CommandError::Output)
}

fn annotation(look: &Look, key: &str) -> Option<String> {
    look.deployed.annotations.get(key).cloned()
}

fn task_json(TaskStatus { task, drift }: &TaskStatus) -> TaskJson {
    let targets = task.applications.iter().map(|look| {
        let now = look.deployed.now();
        TargetJson {
            name: annotation(look, "pelato.target").unwrap_or_default(),
            application: look.deployed.application.clone(),
            state: look.state,
            reason: look.reason.clone(),
            platform: look.platform.clone(),
            wanted_instances: look.wanted,
            hosts: look.hosts.clone(),
            digest: digest(now.image()).map(str::to_owned),
            deployment: DeploymentJson::from(&now),
        }
    });
    TaskJson {
        project: task.project.clone(),
        component_name: task.component_name.clone(),
        name: name(task),
        drift: drift.clone(),
        targets: targets.collect(),
    }
}

fn name(task: &Recorded<Look>) -> Option<String> {
    annotation(task.applications.first()?, "pelato.name")
}

fn rows(TaskStatus { task, drift }: &TaskStatus) -> Vec<Vec<String>> {
    let rows = task.applications.iter().map(|look| {
        let now = look.deployed.now();
        let short: String = digest(now.image())
            .map(|digest| digest.trim_start_matches("sha256:").chars().take(12).collect())
            .unwrap_or_default();
        let said = [&look.reason, &look.platform, drift];
        let said: Vec<&str> = said.into_iter().filter_map(|said| said.as_deref()).collect();
        vec![
            task.component_name.clone(),
            annotation(look, "pelato.target").unwrap_or_default(),
            look.state.to_string(),
            instances(look),
            look.hosts
                .iter()
                .map(|on| on.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            now.version().to_owned(),
            short,
            commit(&now),
            moment(&now),
            now.address().unwrap_or_default(),
            said.join("; "),
        ]
    });
    rows.collect()
}

/// `100/100`: how many instances there are, and how many there should be, on all hosts of
/// the target together.
fn instances(look: &Look) -> String {
    let Some(wanted) = look.wanted.filter(|_| look.state != TargetState::Removed) else {
        return String::new();
    };
    if look.hosts.is_empty() {
        return match look.state {
            // This machine itself, which has no name.
            TargetState::Running => format!("{wanted}/{wanted}"),
            _ => format!("0/{wanted}"),
        };
    }
    let running: u64 = look.hosts.iter().filter_map(|on| on.instances).map(u64::from).sum();
    format!("{running}/{}", wanted.saturating_mul(look.hosts.len()))
}

/// What stands behind the `@` of an image.
fn digest(image: &str) -> Option<&str> {
    Some(image.rsplit_once('@')?.1)
}
