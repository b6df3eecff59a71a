//! The stages in their order.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::artifacts::{self, Answers, Need};
use super::deployments;
use super::removal;
use super::state::{Planned, placed, planned};
use super::{Cause, Outcome, Prepared, RunError, TaskOutcome, Times, prepare};
use crate::deploy::Deployed;
use crate::generate::{Manifest, WriteSummary, write};
use crate::plan::{Change, PlannedTask};
use crate::report::{Event, PlannedEvent, Reporter, Stage, TaskState};
use crate::services::Services;
use crate::source::ProjectFiles;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Build and publish.
    Build,
    /// Deploy what is published.
    Deploy,
    /// Everything.
    Brush,
}

/// What a run is about.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The projects of the commit, or of the folder.
    pub projects: &'r [ProjectFiles],
    /// `owner/name`, or the folder.
    pub repository: &'r str,
    /// Where there is one.
    pub commit: Option<&'r str>,
    /// Names the run's containers.
    pub run: &'r str,
    /// Deploy what could be built although something else could not.
    pub keep_going: bool,
}

/// Reads and checks all projects of a request.
pub fn check(request: &Request<'_>, services: &Services, reporter: &Reporter) -> Result<Prepared, RunError> {
    let prepared = prepare(
        request.projects,
        request.repository,
        request.commit,
        &services.environment().name,
        services.templates(),
    )?;
    for project in &prepared.projects {
        if !project.notes.is_empty() {
            reporter.line(None, Stage::Generate, project.notes.render(false));
        }
    }
    Ok(prepared)
}

/// Writes `gen/` of each project below `top`.
pub fn generate(
    request: &Request<'_>,
    top: &Path,
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<(String, WriteSummary)>, RunError> {
    let begun = reporter.started(None, Stage::Generate);
    let prepared = check(request, services, reporter)?;
    let mut written = Vec::new();
    for project in &prepared.projects {
        let plan = planned(project, &[], "", services)?;
        let mut projects = Vec::with_capacity(project.tasks.len());
        for (prepared, wanted) in project.tasks.iter().zip(&plan.wanted) {
            let image = unpinned(services, &prepared.task.component_name, &prepared.task.version);
            let manifests = wanted
                .targets
                .iter()
                .map(|target| placed(project, wanted, prepared, &target.target, &image, &target.settings, services))
                .collect::<Result<Vec<Manifest>, RunError>>()?;
            projects.push((prepared.sources.clone(), manifests));
        }
        let dir = top.join(&project.owner.project).join("gen");
        written.push((project.owner.project.clone(), write(&dir, &projects)?));
    }
    let tasks: usize = prepared.projects.iter().map(|project| project.tasks.len()).sum();
    reporter.finished(None, Stage::Generate, begun.elapsed(), format!("{tasks} tasks"));
    Ok(written)
}

fn unpinned(services: &Services, name: &str, version: &str) -> String {
    let image = format!("{}:{version}", name.to_lowercase());
    match &services.environment().registry {
        Some(registry) => {
            let url = registry.url.trim_end_matches('/');
            let host = url.split_once("://").map_or(url, |(_, rest)| rest);
            format!("{host}/{image}")
        }
        None => image,
    }
}

/// Carries a request out as far as `goal` says.
pub async fn run(
    request: &Request<'_>,
    goal: Goal,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let prepared = check(request, services, reporter)?;
    if goal != Goal::Build {
        prepared.check_names()?;
    }
    let registry = services.registry().await?;
    let generate = begun.elapsed();

    let builder = services.builder(reporter).await?;
    let image = tokio::select! {
        prepared = builder.prepare(reporter) => prepared?,
        () = cancel.cancelled() => return Err(RunError::Cancelled),
    };
    let toolchain = builder.toolchain().await?;

    let planning = reporter.started(None, Stage::Plan);
    let on_lattice = match goal {
        Goal::Build => Vec::new(),
        _ => services.lattice().await?.applications().await?,
    };
    let plans = prepared
        .projects
        .iter()
        .map(|project| planned(project, &on_lattice, &toolchain, services))
        .collect::<Result<Vec<Planned<'_>>, RunError>>()?;
    reporter.finished(None, Stage::Plan, planning.elapsed(), announced(&plans, goal, reporter));

    let mut outcome = Outcome::default();
    let mut times = Times {
        generate,
        image,
        ..Times::default()
    };
    let building = Instant::now();
    let mut answers = Vec::with_capacity(plans.len());
    for (index, plan) in plans.iter().enumerate() {
        let needs = needs(plan, goal);
        let (mut found, lacking) = artifacts::look(registry, needs).await?;
        if goal == Goal::Deploy {
            found.extend(lacking.iter().map(|need| (need.sources.component_name.clone(), Err(Cause::not_built()))));
        } else {
            // The containers of two projects with equal names must not collide.
            let run = if plans.len() == 1 { request.run.to_owned() } else { format!("{}-{index}", request.run) };
            found.extend(artifacts::make(builder, registry, &run, request.repository, &lacking, reporter, cancel).await);
        }
        if cancel.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        answers.push(found);
    }
    times.build = building.elapsed();

    let deploying = Instant::now();
    let good = answers.iter().flat_map(HashMap::values).all(Result::is_ok);
    for (plan, answers) in plans.iter().zip(answers) {
        let mut tasks = outcomes(plan, &answers, goal);
        if goal != Goal::Build {
            match good || request.keep_going {
                true => carry_out(plan, &answers, &mut tasks, services, reporter, cancel).await?,
                false => skip(&mut tasks),
            }
        }
        for task in &tasks {
            reporter.announce(Event::Ended {
                project: task.project.clone(),
                task: task.component_name.clone(),
                state: task.state,
                summary: task.summary(),
            });
        }
        outcome.tasks.extend(tasks);
    }
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    times.deploy = if goal == Goal::Build { Duration::ZERO } else { deploying.elapsed() };
    times.total = begun.elapsed();
    outcome.times = times;
    Ok(outcome)
}

/// Says what the plan is, a line a task, and in short what it comes to.
fn announced(plans: &[Planned<'_>], goal: Goal, reporter: &Reporter) -> String {
    let mut affected = 0;
    let mut tasks = 0;
    let all = plans
        .iter()
        .flat_map(|plan| plan.plan.iter().map(move |planned| (plan.project.owner.project.as_str(), planned)));
    for (project, planned) in all {
        tasks += 1;
        if planned.change != Change::Unchanged {
            affected += 1;
        }
        if goal != Goal::Build {
            reporter.announce(Event::Planned(PlannedEvent {
                project: project.to_owned(),
                task: planned.component_name.clone(),
                change: planned.change.to_string(),
                reasons: planned.reasons.clone(),
                affected: planned.change != Change::Unchanged,
            }));
        }
    }
    match goal {
        Goal::Build => format!("{tasks} tasks"),
        _ => format!("{affected} of {tasks} tasks affected"),
    }
}

/// The artifacts that a plan needs.
fn needs<'p>(plan: &'p Planned<'p>, goal: Goal) -> Vec<Need<'p>> {
    plan.project
        .tasks
        .iter()
        .zip(&plan.wanted)
        .zip(&plan.plan)
        .filter(|(_, planned)| goal == Goal::Build || planned.build)
        .map(|((prepared, wanted), _)| Need {
            version: &prepared.task.version,
            fingerprint: &wanted.fingerprint,
            sources: &prepared.sources,
        })
        .collect()
}

/// What is known of each task once the artifacts are there or not.
fn outcomes(plan: &Planned<'_>, answers: &Answers, goal: Goal) -> Vec<TaskOutcome> {
    plan.plan
        .iter()
        .map(|planned| {
            let mut task = TaskOutcome::pending(&plan.project.owner.project, planned);
            match answers.get(&planned.component_name) {
                None => task.reference = image_of(plan, planned),
                Some(Err(cause)) => fail(&mut task, cause),
                Some(Ok(made)) => {
                    task.built = made.built;
                    task.published = made.built;
                    task.reference = Some(made.artifact.reference.clone());
                }
            }
            if goal == Goal::Build {
                // Nobody asked the lattice: what counts is what the registry has.
                (task.change, task.reasons) = match task.built {
                    true => (Change::Changed, vec!["not in the registry yet".to_owned()]),
                    false => (Change::Unchanged, Vec::new()),
                };
                if task.state == TaskState::Pending {
                    task.state = TaskState::Success;
                }
            }
            task
        })
        .collect()
}

/// The image that is deployed, where it is the right one.
fn image_of(plan: &Planned<'_>, planned: &PlannedTask) -> Option<String> {
    let of_task = |deployed: &&Deployed| {
        let is = |key: &str, value: &str| deployed.annotations.get(key).is_some_and(|found| found == value);
        is("pelato.component", &planned.component_name) && is("pelato.fingerprint", &planned.fingerprint)
    };
    let document = &plan.found.values().find(of_task)?.document;
    document["spec"]["components"]
        .as_array()?
        .iter()
        .find(|part| part["type"] == "component")?["properties"]["image"]
        .as_str()
        .map(str::to_owned)
}

/// Deploys and removes what the plan of one project says.
async fn carry_out(
    plan: &Planned<'_>,
    answers: &Answers,
    tasks: &mut [TaskOutcome],
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<(), RunError> {
    let lattice = services.lattice().await?;
    let mut jobs = Vec::new();
    for (prepared, wanted) in plan.project.tasks.iter().zip(&plan.wanted) {
        let name = &prepared.task.component_name;
        if matches!(answers.get(name), Some(Err(_))) {
            continue;
        }
        let image = tasks
            .iter()
            .find(|task| task.component_name == *name)
            .and_then(|task| task.reference.clone())
            .unwrap_or_default();
        let manifests = wanted
            .targets
            .iter()
            .map(|target| placed(plan.project, wanted, prepared, &target.target, &image, &target.settings, services))
            .collect::<Result<Vec<Manifest>, RunError>>()?;
        jobs.push((name.clone(), manifests));
    }
    for deployed in deployments::deploy(lattice, jobs, reporter, cancel).await {
        if let Some(task) = tasks.iter_mut().find(|task| task.component_name == deployed.component_name) {
            task.deployed = deployed.targets.iter().any(|target| target.changed);
            task.targets = deployed.targets;
            match deployed.result {
                Ok(()) => task.state = TaskState::Success,
                Err(cause) => fail(task, &cause),
            }
        }
    }
    // What is no longer wanted goes once what is wanted runs.
    if tasks.iter().all(|task| matches!(task.state, TaskState::Success | TaskState::Pending)) {
        for task in tasks.iter_mut() {
            let left = left_over(plan, task);
            if !left.is_empty() {
                removal::remove(lattice, &plan.project.owner, &left, task, reporter, cancel).await;
            }
        }
    }
    Ok(())
}

/// The applications (target, name) of a task that the commit does not want.
fn left_over(plan: &Planned<'_>, task: &TaskOutcome) -> Vec<(String, String)> {
    let wanted = plan.wanted.iter().find(|wanted| wanted.component_name == task.component_name);
    plan.found
        .values()
        .filter(|deployed| deployed.annotations.get("pelato.component") == Some(&task.component_name))
        .filter(|deployed| {
            !wanted.is_some_and(|wanted| wanted.targets.iter().any(|target| target.application == deployed.application))
        })
        .map(|deployed| {
            let target = deployed.annotations.get("pelato.target").cloned().unwrap_or_default();
            (target, deployed.application.clone())
        })
        .collect()
}

fn fail(task: &mut TaskOutcome, cause: &Cause) {
    task.state = cause.state;
    task.reason = Some(cause.reason.clone());
}

fn skip(tasks: &mut [TaskOutcome]) {
    for task in tasks.iter_mut().filter(|task| task.state == TaskState::Pending) {
        if task.change == Change::Unchanged {
            task.state = TaskState::Success;
        } else {
            task.state = TaskState::Skipped;
            task.reason = Some("another task of this run could not be built".to_owned());
        }
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
            removal::remove(lattice, &project.owner, &applications, &mut task, reporter, cancel).await;
            outcome.tasks.push(task);
        }
    }
    outcome.times.total = begun.elapsed();
    Ok(outcome)
}
