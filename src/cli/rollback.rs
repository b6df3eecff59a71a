//! `pelato rollback`

use serde::Serialize;

use super::CommandError;
use super::args::{Folder, Rollback};
use super::folder::{Opened, open};
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::{Wanted, conclude_as};
use super::table::table;
use crate::deploy::{Deployed, Earlier};
use crate::pipeline::{self, Back, Recorded, RunError};

#[derive(Serialize)]
struct ListJson {
    tasks: Vec<TaskJson>,
}

#[derive(Serialize)]
struct TaskJson {
    project: String,
    component_name: String,
    targets: Vec<TargetJson>,
}

#[derive(Serialize)]
struct TargetJson {
    name: String,
    deployments: Vec<DeploymentJson>,
}

/// A deployment of one application.
#[derive(Serialize)]
pub(super) struct DeploymentJson {
    version: String,
    run: Option<String>,
    restored: Option<String>,
    deployed_at: Option<String>,
    commit: Option<String>,
    fingerprint: Option<String>,
    reference: String,
    address: Option<String>,
}

impl From<&Earlier> for DeploymentJson {
    fn from(deployment: &Earlier) -> Self {
        Self {
            version: deployment.version().to_owned(),
            run: deployment.run(),
            restored: deployment.restored(),
            deployed_at: deployment.at(),
            commit: deployment.commit(),
            fingerprint: deployment.fingerprint(),
            reference: deployment.image().to_owned(),
            address: deployment.address(),
        }
    }
}

/// Puts back what was deployed before, or shows what that is.
pub(super) async fn run(command: &Rollback, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&Folder::of(&command.project), &command.place.flags())?;
    printer.hide_those_of(&opened.services);
    if command.list {
        return list(command, &opened, printer).await;
    }
    let back = Back {
        tasks: &command.tasks,
        to: command.to.as_deref(),
    };
    let (request, reporter) = (opened.request(), printer.reporter(&opened.services));
    let outcome = pipeline::rollback(&request, &back, &opened.services, &reporter, &interrupted()).await?;
    let wanted = Wanted {
        require_hosts: command.require_hosts,
        json: command.json,
    };
    Ok(conclude_as(&outcome, &opened, wanted, printer))
}

async fn list(command: &Rollback, opened: &Opened, printer: &Printer) -> Result<bool, CommandError> {
    let mut recorded = pipeline::recorded(&opened.request(), &opened.services).await?;
    if let Some(name) = command
        .tasks
        .iter()
        .find(|name| !recorded.iter().any(|task| task.component_name == **name))
    {
        return Err(CommandError::Run(RunError::NoTask {
            name: name.clone(),
            help: "nothing of that name is deployed here; `pelato status` shows what is".to_owned(),
        }));
    }
    recorded.retain(|task| command.tasks.is_empty() || command.tasks.contains(&task.component_name));
    if command.json {
        printer.json(&ListJson {
            tasks: recorded.iter().map(task_json).collect(),
        });
        return Ok(true);
    }
    if recorded.is_empty() {
        printer.say("nothing of this project is deployed here");
        return Ok(true);
    }
    let rows: Vec<Vec<String>> = recorded.iter().flat_map(rows).collect();
    let head = ["TASK", "TARGET", "", "VERSION", "DEPLOYED", "COMMIT", "RUN"];
    let text = table(&head, &rows);
    printer.bytes(text.as_bytes()).map_err(CommandError::Output)?;
    Ok(true)
}

/// What is deployed, and what was before, the latest first.
fn deployments(deployed: &Deployed) -> impl Iterator<Item = Earlier> {
    std::iter::once(deployed.now()).chain(deployed.earlier())
}

fn target(deployed: &Deployed) -> String {
    deployed.annotations.get("pelato.target").cloned().unwrap_or_default()
}

fn task_json(task: &Recorded) -> TaskJson {
    let targets = task.applications.iter().map(|deployed| TargetJson {
        name: target(deployed),
        deployments: deployments(deployed).map(|one| DeploymentJson::from(&one)).collect(),
    });
    TaskJson {
        project: task.project.clone(),
        component_name: task.component_name.clone(),
        targets: targets.collect(),
    }
}

fn rows(task: &Recorded) -> Vec<Vec<String>> {
    let rows = task.applications.iter().flat_map(|deployed| {
        deployments(deployed).enumerate().map(|(place, one)| {
            vec![
                task.component_name.clone(),
                target(deployed),
                if place == 0 { "now" } else { "" }.to_owned(),
                one.version().to_owned(),
                moment(&one),
                commit(&one),
                one.run().unwrap_or_default(),
            ]
        })
    });
    rows.collect()
}

/// To the second, for people.
pub(super) fn moment(deployment: &Earlier) -> String {
    let at = deployment.at().unwrap_or_default();
    at.get(..19).unwrap_or(&at).replace('T', " ")
}

/// So much of a commit as people write.
pub(super) fn commit(deployment: &Earlier) -> String {
    let commit = deployment.commit().unwrap_or_default();
    commit.get(..12).unwrap_or(&commit).to_owned()
}
