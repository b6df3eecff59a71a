//! Undeploying.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::state::planned;
use super::{Cause, Outcome, Request, RunError, TaskOutcome, check};
use crate::deploy::{Lattice, TargetOutcome};
use crate::generate::Owner;
use crate::plan::Change;
use crate::report::{Reporter, Stage, TargetState, TaskState};
use crate::services::Services;

/// Takes one task's applications (target, application) off the lattice.
pub(super) async fn take_away(
    lattice: &Lattice,
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
        match lattice.remove(application, owner, reporter, cancel).await {
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
        1 => "1 application".to_owned(),
        count => format!("{count} applications"),
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

/// Undeploys every task of the request's workflows.
pub async fn remove(
    request: &Request<'_>,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let prepared = check(request, services, reporter)?;
    let lattice = services.lattice().await?;
    let mut outcome = Outcome::default();
    for project in &prepared.projects {
        let plan = planned(project, &[], "", services)?;
        for (planned, wanted) in plan.plan.iter().zip(&plan.wanted) {
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let mut task = TaskOutcome::pending(&project.owner.project, planned);
            (task.change, task.reasons) = (Change::Removed, Vec::new());
            let applications: Vec<(String, String)> = wanted
                .targets
                .iter()
                .map(|target| (target.target.clone(), target.application.clone()))
                .collect();
            take_away(lattice, &project.owner, &applications, &mut task, reporter, cancel).await;
            outcome.tasks.push(task);
        }
    }
    outcome.times.total = begun.elapsed();
    Ok(outcome)
}
