//! Undeploying.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::state::{Planned, planned};
use super::{Cause, Outcome, Request, RunError, TaskOutcome, check};
use crate::deploy::{Destination, TargetOutcome};
use crate::generate::Owner;
use crate::plan::{Change, Leftovers};
use crate::report::{Reporter, Stage, TargetState, TaskState, counted};
use crate::services::Services;

/// Takes one task's applications (target, application) away.
pub(super) async fn take_away(
    destination: &Destination,
    owner: &Owner,
    applications: &[(String, String)],
    task: &mut TaskOutcome,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let name = task.component_name.clone();
    let begun = reporter.started(Some(&name), Stage::Remove);
    let mut removed = 0;
    for (target, application) in applications {
        match destination.remove(application, owner, reporter, cancel).await {
            Ok(was_there) => {
                removed += usize::from(was_there);
                task.deployed |= was_there;
                task.targets.push(gone(target, was_there, begun.elapsed()));
            }
            Err(error) => {
                task.fail(&Cause::from(&error));
                reporter.failed(Some(&name), Stage::Remove, error.to_string());
                return;
            }
        }
    }
    task.state = TaskState::Success;
    let detail = match removed {
        0 => "nothing was deployed".to_owned(),
        count => counted(count, "application"),
    };
    reporter.finished(Some(&name), Stage::Remove, begun.elapsed(), detail);
}

fn gone(target: &str, changed: bool, took: Duration) -> TargetOutcome {
    TargetOutcome {
        target: target.to_owned(),
        state: TargetState::Removed,
        changed,
        took,
        address: None,
        reason: None,
    }
}

/// Undeploys every task of the request's projects: those of the workflows, and
/// what is deployed of them beyond that.
pub async fn remove(
    request: &Request<'_>,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let prepared = check(request, services, reporter)?;
    let destination = services.destination().await?;
    let deployed = destination.applications().await?;
    let mut outcome = Outcome::default();
    for project in &prepared.projects {
        // Kept apart: under `Leftovers::Keep` no task is another one's new name.
        let plan = planned(project, &deployed, &[], Leftovers::Keep, "", services)?;
        for planned in &plan.plan {
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let mut task = TaskOutcome::pending(&project.owner.project, planned);
            (task.change, task.reasons) = (Change::Removed, Vec::new());
            let applications = applications(&plan, &planned.component_name);
            take_away(destination, &project.owner, &applications, &mut task, reporter, cancel).await;
            outcome.tasks.push(task);
        }
    }
    outcome.times.total = begun.elapsed();
    Ok(outcome)
}

/// The applications (target, name) of a task: wanted, found, or both.
fn applications(plan: &Planned<'_>, component_name: &str) -> Vec<(String, String)> {
    let wanted = plan
        .wanted
        .iter()
        .filter(|wanted| wanted.component_name == component_name);
    let mut all: Vec<(String, String)> = wanted
        .flat_map(|wanted| &wanted.targets)
        .map(|target| (target.target.clone(), target.application.clone()))
        .collect();
    for found in plan.found.values() {
        let annotation = |key: &str| found.annotations.get(key).map_or("", String::as_str);
        let known = all.iter().any(|(_, application)| *application == found.application);
        if annotation("pelato.component") == component_name && !known {
            all.push((annotation("pelato.target").to_owned(), found.application.clone()));
        }
    }
    all
}
