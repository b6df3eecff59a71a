//! Manifests → running applications.

use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::Cause;
use crate::deploy::{Destination, TargetOutcome, TaskRoll};
use crate::generate::{Manifest, Owner};
use crate::report::{Reporter, Stage, TargetState};

/// How many tasks of a run are looked at or rolled at once.
const AT_ONCE: usize = 16;

/// One task to deploy.
pub(super) struct Job {
    pub(super) component_name: String,
    /// Applications that have to be gone before any of its own begins, all of them: a
    /// message that comes to both would be handled twice, whatever the target.
    pub(super) first: Vec<(Owner, String)>,
    /// In the order in which they are rolled.
    pub(super) manifests: Vec<Manifest>,
    /// Why none of them can be.
    pub(super) refused: Option<Cause>,
}

/// What came of deploying one task.
pub(super) struct Deployed {
    pub(super) component_name: String,
    pub(super) targets: Vec<TargetOutcome>,
    pub(super) result: Result<(), Cause>,
}

/// What the deployments of a run share.
pub(super) struct Deploying<'d> {
    pub(super) destination: &'d Destination,
    pub(super) reporter: &'d Reporter,
    pub(super) cancel: &'d CancellationToken,
    places: Semaphore,
}

impl<'d> Deploying<'d> {
    pub(super) fn to(destination: &'d Destination, reporter: &'d Reporter, cancel: &'d CancellationToken) -> Self {
        Self {
            destination,
            reporter,
            cancel,
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// Waits until there is room for one more, for as long as what it answers is kept.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.places.acquire().await.ok()
    }

    /// Deploys tasks side by side, those of other projects among them, each target by
    /// target: while one is rolled, the others carry its messages.
    pub(super) async fn all(&self, jobs: Vec<Job>) -> Vec<Deployed> {
        let each = jobs.into_iter().map(|job| async {
            let _place = self.place().await;
            one(self.destination, job, self.reporter, self.cancel).await
        });
        let all: FuturesUnordered<_> = each.collect();
        all.collect().await
    }
}

async fn one(destination: &Destination, job: Job, reporter: &Reporter, cancel: &CancellationToken) -> Deployed {
    let Job {
        component_name,
        first,
        manifests,
        refused,
    } = job;
    let begun: Instant = reporter.started(Some(&component_name), Stage::Deploy);
    let mut targets = Vec::with_capacity(manifests.len());
    let mut result = refused.map_or(Ok(()), Err);
    for (owner, application) in &first {
        if let Err(error) = destination.remove(application, owner, reporter, cancel).await {
            result = Err(Cause::from(&error));
            break;
        }
    }
    let manifests = if result.is_ok() { manifests } else { Vec::new() };
    let mut roll = TaskRoll::default();
    for manifest in &manifests {
        match destination.deploy(manifest, &mut roll, reporter, cancel).await {
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
