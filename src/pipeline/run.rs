//! The stages in their order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::artifacts::{self, Making, Need};
use super::carry_out::outcomes;
use super::cases::{Test, configuration};
use super::deployments::Deploying;
use super::gone;
use super::projects::{announce_ends, deploy, leave_out};
use super::state::{Planned, planned};
use super::{Cause, Outcome, Prepared, RunError, TaskOutcome, Times, prepare};
use crate::generate::Template;
use crate::plan::Leftovers;
use crate::publish::Store;
use crate::report::{Event, PlannedEvent, Reporter, Stage, counted};
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
    /// The folders of the commit's other projects: nothing is to be done about them.
    pub others: &'r [String],
    /// `owner/name`, or the folder.
    pub repository: &'r str,
    /// Names the cache that Go compiles with: another one for each two that must not trust
    /// each other.
    pub cache: &'r str,
    /// Where there is one.
    pub commit: Option<&'r str>,
    /// Names the run's containers.
    pub run: &'r str,
    /// Deploy what could be built although something else could not.
    pub keep_going: bool,
    /// What becomes of applications that the commit no longer wants.
    pub prune: Prune,
}

/// What becomes of applications that the commit no longer wants, once what it wants
/// runs. Whatever this says, a workflow that cannot be read ends the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prune {
    /// They stay: `--no-prune`.
    Nothing,
    /// Tasks go that left the projects of the request.
    Tasks,
    /// The same, and the tasks of projects that are no longer in the repository: the
    /// request has all of its projects.
    Projects,
}

impl Prune {
    pub(super) fn leftovers(self) -> Leftovers {
        match self {
            Self::Nothing => Leftovers::Keep,
            Self::Tasks | Self::Projects => Leftovers::Remove,
        }
    }
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
        for notes in project.notes.iter().filter(|notes| !notes.is_empty()) {
            reporter.line(None, Stage::Generate, notes.render(false));
        }
    }
    Ok(prepared)
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
        check_database(&prepared, services)?;
    }
    let store = services.store().await?;
    let generate = begun.elapsed();

    let builder = services.builder(reporter).await?;
    let image = tokio::select! {
        prepared = builder.prepare(reporter) => prepared?,
        () = cancel.cancelled() => return Err(RunError::Cancelled),
    };
    let toolchain = builder.toolchain().await?;

    let planning = reporter.started(None, Stage::Plan);
    let deployed = match goal {
        Goal::Build => Vec::new(),
        _ => {
            let destination = services.destination().await?;
            let applications = destination.applications().await?;
            // Only now: what is refused first is what is said.
            destination.prepare();
            applications
        }
    };
    if goal != Goal::Build && writers(&prepared, services).next().is_some() {
        services.learn_database_mark().await?;
    }
    let gone = gone::projects(request, &services.environment().name, &deployed);
    let leftovers = request.prune.leftovers();
    let mut plans = prepared
        .projects
        .iter()
        .map(|project| planned(project, &deployed, &gone, leftovers, &toolchain, services))
        .collect::<Result<Vec<Planned<'_>>, RunError>>()?;
    plans.extend(gone::plans(&gone, &deployed, &plans));
    reporter.finished(None, Stage::Plan, planning.elapsed(), announced(&plans, goal, reporter));

    let mut outcome = Outcome::default();
    let mut times = Times {
        generate,
        image,
        ..Times::default()
    };
    let building = Instant::now();
    let mut answers = Vec::with_capacity(plans.len());
    let mut lacking = Vec::new();
    for (index, plan) in plans.iter().enumerate() {
        let needs = needs(plan, goal, services)?;
        if let (Store::Layout(layout), false) = (&**store, needs.is_empty()) {
            let text = format!(
                "no registry is named: artifacts are kept in {}",
                layout.folder().display()
            );
            reporter.line(None, Stage::Publish, text);
        }
        let (found, still) = artifacts::look(store, needs, reporter).await?;
        answers.push(found);
        lacking.extend(still.into_iter().map(|need| (index, need)));
    }
    if goal == Goal::Deploy {
        for (index, need) in lacking {
            answers[index].insert(need.sources.component_name.clone(), Err(Cause::not_built()));
        }
    } else {
        let making = Making {
            builder,
            store,
            child: services.cases(),
            run: request.run,
            cache: request.cache,
            reporter,
            cancel,
        };
        making.all(lacking, &mut answers).await?;
    }
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    times.build = building.elapsed();

    let deploying = Instant::now();
    let mut tasks: Vec<Vec<TaskOutcome>> = plans
        .iter()
        .zip(&answers)
        .map(|(plan, answers)| outcomes(plan, answers, goal))
        .collect();
    let good = answers.iter().flat_map(HashMap::values).all(Result::is_ok);
    if goal == Goal::Build {
        tasks.iter().for_each(|tasks| announce_ends(tasks, reporter));
    } else if good || request.keep_going {
        let deploying = Deploying::to(services.destination().await?, reporter, cancel);
        deploy(
            &plans,
            &answers,
            &mut tasks,
            &deployed,
            request.run,
            services,
            &deploying,
        )
        .await?;
    } else {
        tasks.iter_mut().for_each(|tasks| leave_out(tasks, reporter));
    }
    outcome.tasks = tasks.into_iter().flatten().collect();
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    times.deploy = if goal == Goal::Build {
        Duration::ZERO
    } else {
        deploying.elapsed()
    };
    times.total = begun.elapsed();
    outcome.times = times;
    Ok(outcome)
}

/// The tasks that write to a database.
pub(super) fn writers<'p>(prepared: &'p Prepared, services: &'p Services) -> impl Iterator<Item = &'p str> {
    let tasks = prepared.projects.iter().flat_map(|project| &project.tasks);
    let templates = services.templates();
    tasks
        .map(|prepared| &prepared.task)
        .filter(|task| templates.get(&task.template).is_some_and(Template::needs_database))
        .map(|task| task.component_name.as_str())
}

/// Whether the environment has the database that tasks write to: they are of no use
/// without one.
///
/// # Errors
/// [`RunError::NoDatabase`] where it names none, and where its address cannot be used.
pub fn check_database(prepared: &Prepared, services: &Services) -> Result<(), RunError> {
    let tasks: Vec<&str> = writers(prepared, services).collect();
    if tasks.is_empty() || services.database()?.is_some() {
        return Ok(());
    }
    Err(RunError::NoDatabase {
        tasks: tasks.join(", "),
        environment: services.environment().name.clone(),
    })
}

/// Says what the plan is, a line a task, and in short what it comes to.
fn announced(plans: &[Planned<'_>], goal: Goal, reporter: &Reporter) -> String {
    let mut affected = 0;
    let mut tasks = 0;
    let all = plans.iter().flat_map(|plan| {
        plan.plan
            .iter()
            .map(move |planned| (plan.project.owner.project.as_str(), planned))
    });
    for (project, planned) in all {
        tasks += 1;
        affected += usize::from(planned.deploy);
        if goal != Goal::Build {
            reporter.announce(Event::Planned(PlannedEvent {
                project: project.to_owned(),
                task: planned.component_name.clone(),
                change: planned.change.to_string(),
                reasons: planned.reasons.clone(),
                affected: planned.deploy,
            }));
        }
    }
    match goal {
        Goal::Build => counted(tasks, "task"),
        _ => format!("{affected} of {} affected", counted(tasks, "task")),
    }
}

/// The artifacts that a plan needs.
fn needs<'p>(plan: &'p Planned<'p>, goal: Goal, services: &Services) -> Result<Vec<Need<'p>>, RunError> {
    plan.project
        .tasks
        .iter()
        .zip(&plan.wanted)
        .zip(&plan.plan)
        // What is only deployed anew is looked up too: it may have got another
        // version, and it must still be there.
        .filter(|(_, planned)| goal == Goal::Build || planned.deploy)
        .map(|((prepared, wanted), _)| {
            let owner = &plan.project.owner;
            let test = match &prepared.cases {
                Some(cases) => Some(Test {
                    project: &owner.project,
                    cases,
                    config: configuration(&prepared.task, owner, services)?,
                }),
                None => None,
            };
            Ok(Need {
                version: &prepared.task.version,
                fingerprint: &wanted.fingerprint,
                sources: &prepared.sources,
                test,
            })
        })
        .collect()
}
