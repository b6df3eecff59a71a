//! A promotion, carried out.

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::{Promoted, Promotion};
use crate::pipeline::deployments::{Deploying, Job};
use crate::pipeline::{Outcome, RunError, TaskOutcome, addresses};
use crate::plan::{Change, PlannedTask};
use crate::report::{Event, PlannedEvent, Reporter, Stage, TaskState};
use crate::services::Services;

/// Copies the artifacts, all of them before anything is stopped, and deploys them.
///
/// # Errors
/// Where an artifact cannot be copied: nothing is deployed then.
pub async fn promote(
    promotion: &Promotion,
    run: &str,
    (from, to): (&Services, &Services),
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let mut outcome = Outcome::default();
    for task in &promotion.tasks {
        let line = line(task, &from.environment().name);
        reporter.announce(Event::Planned(PlannedEvent {
            project: task.project.clone(),
            task: task.component_name.clone(),
            change: line.change.to_string(),
            reasons: line.reasons.clone(),
            affected: line.deploy,
        }));
        let mut of_it = TaskOutcome::pending(&task.project, &line);
        of_it.reference = Some(task.to.clone());
        if !line.deploy {
            of_it.state = TaskState::Success;
        }
        outcome.tasks.push(of_it);
    }
    let changed = || promotion.tasks.iter().filter(|task| task.is_change());
    for task in changed() {
        if cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        copy(task, (from, to), reporter).await?;
    }
    let deploying = Instant::now();
    let jobs = changed().map(|task| Job {
        component_name: task.component_name.clone(),
        first: Vec::new(),
        manifests: task.manifests.iter().map(|manifest| manifest.clone().by(run)).collect(),
        refused: None,
    });
    let mut jobs: Vec<Job> = jobs.collect();
    let destination = to.destination().await?;
    addresses::settle(jobs.iter_mut(), &destination.applications().await?, &[]);
    for deployed in Deploying::to(destination, reporter, cancel).all(jobs).await {
        let mut tasks = outcome.tasks.iter_mut();
        if let Some(task) = tasks.find(|task| task.component_name == deployed.component_name) {
            task.deployed = deployed.targets.iter().any(|target| target.changed);
            task.targets = deployed.targets;
            match deployed.result {
                Ok(()) => task.state = TaskState::Success,
                Err(cause) => task.fail(&cause),
            }
        }
    }
    for task in &outcome.tasks {
        reporter.announce(Event::Ended {
            project: task.project.clone(),
            task: task.component_name.clone(),
            state: task.state,
            summary: task.summary(),
        });
    }
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    outcome.times.deploy = deploying.elapsed();
    outcome.times.total = begun.elapsed();
    Ok(outcome)
}

async fn copy(task: &Promoted, (from, to): (&Services, &Services), reporter: &Reporter) -> Result<(), RunError> {
    let name = &task.component_name;
    let begun = reporter.started(Some(name), Stage::Publish);
    let source = from.store().await?;
    let copied = to.store().await?;
    let copied = copied
        .copy(source, &task.from, name, &task.version, &task.fingerprint)
        .await;
    match copied {
        Ok(artifact) => {
            let text = match artifact.reused {
                true => format!("{} is there", artifact.reference),
                false => format!("{} copied", artifact.reference),
            };
            reporter.finished(Some(name), Stage::Publish, begun.elapsed(), text);
            Ok(())
        }
        Err(error) => {
            reporter.failed(Some(name), Stage::Publish, error.to_string());
            Err(error.into())
        }
    }
}

fn line(task: &Promoted, from: &str) -> PlannedTask {
    let is_new = task.targets.iter().all(|target| target.there.is_none());
    let commit = task.commit.get(..12).unwrap_or(&task.commit);
    PlannedTask {
        component_name: task.component_name.clone(),
        previous_name: None,
        change: match (task.is_change(), is_new) {
            (false, _) => Change::Unchanged,
            (true, true) => Change::New,
            (true, false) => Change::Changed,
        },
        reasons: match task.is_change() {
            true => vec![format!("as in {from} (commit {commit})")],
            false => vec![format!("it is as in {from}")],
        },
        build: false,
        deploy: task.is_change(),
        targets: task.targets.iter().map(|target| target.name.clone()).collect(),
        fingerprint: task.fingerprint.clone(),
    }
}
