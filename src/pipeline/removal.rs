//! Undeploying.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Cause, TaskOutcome};
use crate::deploy::{DeployError, Lattice, TargetOutcome};
use crate::generate::Owner;
use crate::report::{Reporter, Stage, TargetState, TaskState};

/// Takes one task's applications (target, application) off the lattice.
pub(super) async fn remove(
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
                fail(task, &error);
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

fn fail(task: &mut TaskOutcome, error: &DeployError) {
    let cause = Cause::from(error);
    task.state = cause.state;
    task.reason = Some(cause.reason);
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
