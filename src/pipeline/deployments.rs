//! Manifests → running applications.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::Cause;
use crate::deploy::{Destination, TargetOutcome};
use crate::generate::{Manifest, Owner};
use crate::report::{Reporter, Stage, TargetState};

/// How many tasks are rolled at once.
const AT_ONCE: usize = 16;

/// One task to deploy.
pub(super) struct Job {
    pub(super) component_name: String,
    /// Applications that have to be gone before any of its own begins, all of them: a
    /// message that comes to both would be handled twice, whatever the target.
    pub(super) first: Vec<(Owner, String)>,
    /// In the order in which they are rolled.
    pub(super) manifests: Vec<Manifest>,
}

/// What came of deploying one task.
pub(super) struct Deployed {
    pub(super) component_name: String,
    pub(super) targets: Vec<TargetOutcome>,
    pub(super) result: Result<(), Cause>,
}

/// Deploys tasks side by side, each target by target: while one is rolled, the
/// others carry its messages.
pub(super) async fn deploy(
    destination: &Destination,
    jobs: Vec<Job>,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Vec<Deployed> {
    let deploying: Vec<_> = jobs
        .into_iter()
        .map(|job| one(destination, job, reporter, cancel))
        .collect();
    stream::iter(deploying).buffer_unordered(AT_ONCE).collect().await
}

async fn one(destination: &Destination, job: Job, reporter: &Reporter, cancel: &CancellationToken) -> Deployed {
    let Job {
        component_name,
        first,
        manifests,
    } = job;
    let begun: Instant = reporter.started(Some(&component_name), Stage::Deploy);
    let mut targets = Vec::with_capacity(manifests.len());
    let mut result = Ok(());
    for (owner, application) in &first {
        if let Err(error) = destination.remove(application, owner, reporter, cancel).await {
            result = Err(Cause::from(&error));
            break;
        }
    }
    let manifests = if result.is_ok() { manifests } else { Vec::new() };
    for manifest in &manifests {
        match destination.deploy(manifest, reporter, cancel).await {
            Ok(outcome) => {
                let failed = outcome.state == TargetState::Failed;
                if failed {
                    let reason = outcome.reason.clone().unwrap_or_else(|| "it does not start".into());
                    result = Err(Cause::failed(format!("{}: {reason}", outcome.target)));
                }
                targets.push(outcome);
                // The other targets keep what runs: a bad version is stopped at
                // the first of them.
                if failed {
                    break;
                }
            }
            Err(error) => {
                result = Err(Cause::from(&error));
                break;
            }
        }
    }
    match &result {
        Ok(()) => reporter.finished(Some(&component_name), Stage::Deploy, begun.elapsed(), states(&targets)),
        Err(cause) => reporter.failed(Some(&component_name), Stage::Deploy, cause.reason.clone()),
    }
    Deployed {
        component_name,
        targets,
        result,
    }
}

/// `edge running, cloud waiting (no host with …)`.
fn states(targets: &[TargetOutcome]) -> String {
    targets
        .iter()
        .map(|target| {
            let address = target
                .address
                .as_deref()
                .map(|address| format!(" at {address}"))
                .unwrap_or_default();
            let reason = target
                .reason
                .as_deref()
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            format!("{} {}{address}{reason}", target.target, target.state)
        })
        .collect::<Vec<_>>()
        .join(", ")
}
