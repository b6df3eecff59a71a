//! Putting back what was deployed before.

mod choose;

use std::time::Instant;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use self::choose::{Step, Until, latest_run, moment, steps};
use super::deployments::{Deploying, Job};
use super::{Outcome, Recorded, Request, RunError, TaskOutcome, addresses, recorded};
use crate::generate::Manifest;
use crate::plan::{Change, PlannedTask};
use crate::publish::{PublishError, Store};
use crate::report::{Event, PlannedEvent, Reporter, Stage, TaskState, counted};
use crate::services::Services;

/// How many artifacts are looked up at once.
const AT_ONCE: usize = 8;

/// What is to be put back.
#[derive(Clone, Copy, Debug)]
pub struct Back<'r> {
    /// The tasks, by `component_name`; none for all that have an earlier deployment.
    pub tasks: &'r [String],
    /// A run, a commit or a version, or the beginning of one; none for the deployment
    /// before the one that runs.
    pub to: Option<&'r str>,
}

/// A task and what becomes of it.
struct Planned<'r> {
    task: &'r Recorded,
    steps: Vec<Step<'r>>,
    /// The run that is undone had nothing to do with it.
    is_left_alone: bool,
    outcome: TaskOutcome,
}

/// Puts back earlier deployments of the request's projects, by digest and without
/// building. Everything is checked before anything is stopped.
pub async fn rollback(
    request: &Request<'_>,
    back: &Back<'_>,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let planning = reporter.started(None, Stage::Plan);
    let all = recorded(request, services).await?;
    let mut planned = plan(&all, back)?;
    check_database(&planned, services).await?;
    check_artifacts(&planned, services).await?;
    let affected = planned.iter().filter(|planned| !planned.steps.is_empty()).count();
    for planned in &planned {
        reporter.announce(Event::Planned(PlannedEvent {
            project: planned.outcome.project.clone(),
            task: planned.outcome.component_name.clone(),
            change: planned.outcome.change.to_string(),
            reasons: planned.outcome.reasons.clone(),
            affected: !planned.steps.is_empty(),
        }));
    }
    let text = format!("{affected} of {} affected", counted(planned.len(), "task"));
    reporter.finished(None, Stage::Plan, planning.elapsed(), text);

    let deploying = Instant::now();
    let destination = services.destination().await?;
    let mut jobs: Vec<Job> = planned
        .iter()
        .filter(|planned| !planned.steps.is_empty())
        .map(|planned| {
            let manifest = |step: &Step<'_>| step.to.manifest(request.run, services.database_mark());
            let manifests: Vec<Manifest> = planned.steps.iter().map(manifest).collect();
            Job {
                component_name: planned.task.component_name.clone(),
                first: Vec::new(),
                manifests,
                refused: None,
            }
        })
        .collect();
    addresses::settle(jobs.iter_mut(), &destination.applications().await?, &[]);
    for deployed in Deploying::to(destination, reporter, cancel).all(jobs).await {
        let of_it = planned
            .iter_mut()
            .find(|planned| planned.task.component_name == deployed.component_name);
        if let Some(Planned { outcome, .. }) = of_it {
            outcome.deployed = deployed.targets.iter().any(|target| target.changed);
            outcome.targets = deployed.targets;
            match deployed.result {
                Ok(()) => outcome.state = TaskState::Success,
                Err(cause) => outcome.fail(&cause),
            }
        }
    }
    let mut outcome = Outcome::default();
    for Planned { outcome: task, .. } in planned {
        reporter.announce(Event::Ended {
            project: task.project.clone(),
            task: task.component_name.clone(),
            state: task.state,
            summary: task.summary(),
        });
        outcome.tasks.push(task);
    }
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    outcome.times.deploy = deploying.elapsed();
    outcome.times.total = begun.elapsed();
    Ok(outcome)
}

/// What is done about each task.
fn plan<'r>(all: &'r [Recorded], back: &Back<'_>) -> Result<Vec<Planned<'r>>, RunError> {
    if let Some(name) = back
        .tasks
        .iter()
        .find(|name| !all.iter().any(|task| task.component_name == **name))
    {
        let names: Vec<&str> = all.iter().map(|task| task.component_name.as_str()).collect();
        return Err(RunError::NoTask {
            name: name.clone(),
            help: match names.is_empty() {
                true => "nothing of this project is deployed here".to_owned(),
                false => format!("what is deployed of this project: {}", names.join(", ")),
            },
        });
    }
    let until = match back.to {
        // What ran together goes back together: a task that the latest run left alone
        // has been so since before.
        None => Until::Before(latest_run(all)),
        Some(to) => Until::Moment(moment(all, to).ok_or_else(|| RunError::NotRecorded { to: to.to_owned() })?),
    };
    let chosen = |task: &&Recorded| back.tasks.is_empty() || back.tasks.contains(&task.component_name);
    let planned: Vec<Planned<'_>> = all
        .iter()
        .filter(chosen)
        .map(|task| match (&until, back.tasks.is_empty()) {
            // Who names a task means that one's latest run.
            (Until::Before(_), false) => one(task, &Until::Before(latest_run([task]))),
            (until, _) => one(task, until),
        })
        .collect();
    if matches!(until, Until::Moment(_)) {
        return Ok(planned);
    }
    // What was asked for by its name, or all of it.
    let without: Vec<&str> = planned
        .iter()
        .filter(|planned| planned.steps.is_empty() && !planned.is_left_alone)
        .map(|planned| planned.task.component_name.as_str())
        .collect();
    let none = planned.iter().all(|planned| planned.steps.is_empty());
    if !none && (back.tasks.is_empty() || without.is_empty()) {
        return Ok(planned);
    }
    Err(RunError::NothingEarlier {
        tasks: match without.len() {
            0 => "nothing of this project is deployed here".to_owned(),
            1 => format!("{} has no earlier deployment", without.join(", ")),
            _ => format!("{} have no earlier deployment", without.join(", ")),
        },
    })
}

fn one<'r>(task: &'r Recorded, until: &Until) -> Planned<'r> {
    let steps = steps(task, until);
    let is_left_alone = match until {
        Until::Moment(_) => false,
        Until::Before(run) => task.applications.iter().all(|deployed| deployed.now().run() != *run),
    };
    let change = match steps.is_empty() {
        true => Change::Unchanged,
        false => Change::Changed,
    };
    let reasons: Vec<String> = match until {
        _ if !steps.is_empty() => steps.iter().map(Step::in_words).collect(),
        Until::Moment(_) => vec!["it is what runs, or was not deployed then".to_owned()],
        Until::Before(_) if is_left_alone => vec!["the latest run left it alone".to_owned()],
        Until::Before(_) => vec!["no earlier deployment".to_owned()],
    };
    let line = PlannedTask {
        component_name: task.component_name.clone(),
        previous_name: None,
        change,
        reasons,
        build: false,
        deploy: !steps.is_empty(),
        targets: steps.iter().map(|step| step.target.to_owned()).collect(),
        fingerprint: String::new(),
    };
    let mut outcome = TaskOutcome::pending(&task.project, &line);
    match steps.first() {
        Some(step) => outcome.reference = Some(step.to.image().to_owned()),
        None => {
            outcome.state = TaskState::Success;
            outcome.reference = task
                .applications
                .first()
                .map(|deployed| deployed.now().image().to_owned());
        }
    }
    Planned {
        task,
        steps,
        is_left_alone,
        outcome,
    }
}

/// What writes to a database is given today's.
async fn check_database(planned: &[Planned<'_>], services: &Services) -> Result<(), RunError> {
    let writers: Vec<&str> = planned
        .iter()
        .filter(|planned| planned.steps.iter().any(|step| step.to.needs_database()))
        .map(|planned| planned.task.component_name.as_str())
        .collect();
    if writers.is_empty() {
        return Ok(());
    }
    if services.database()?.is_none() {
        return Err(RunError::NoDatabase {
            tasks: writers.join(", "),
            environment: services.environment().name.clone(),
        });
    }
    Ok(services.learn_database_mark().await?)
}

/// A host could not fetch what is gone, and by then the present one would be too.
async fn check_artifacts(planned: &[Planned<'_>], services: &Services) -> Result<(), RunError> {
    let mut images: Vec<(&str, &str)> = planned
        .iter()
        .flat_map(|planned| {
            let name = planned.task.component_name.as_str();
            planned.steps.iter().map(move |step| (name, step.to.image()))
        })
        .collect();
    images.sort_unstable();
    images.dedup();
    if images.is_empty() {
        return Ok(());
    }
    let store: &Store = services.store().await?;
    let looks = images
        .into_iter()
        .map(|(name, image)| async move { (name, image, store.holds(image).await) });
    let looks: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let mut gone = Vec::new();
    for (name, image, found) in looks {
        match found {
            Ok(true) => {}
            Ok(false) => gone.push(format!("{image} of {name}")),
            Err(PublishError::Damaged { reason, .. }) => gone.push(format!("{image} of {name} ({reason})")),
            Err(error) => return Err(error.into()),
        }
    }
    match gone.is_empty() {
        true => Ok(()),
        false => Err(RunError::Gone(gone)),
    }
}
