//! The projects of a run → what runs and what no longer does, side by side where
//! nothing orders them.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::addresses;
use super::artifacts::Answers;
use super::carry_out::{carry_out, going, jobs, skip};
use super::deployments::{Deploying, Job};
use super::state::Planned;
use super::{RunError, TaskOutcome};
use crate::deploy::Deployed;
use crate::report::{Event, Reporter, TaskState};
use crate::services::Services;

/// A project on its way.
struct Project<'p> {
    plan: &'p Planned<'p>,
    jobs: Vec<Job>,
    tasks: &'p mut [TaskOutcome],
}

/// When a project's turn comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// At once, beside the others.
    First,
    /// It wants a name that is somebody else's: of another project here, maybe, that
    /// gives it up.
    Then,
    /// It left the repository: what goes goes last.
    Last,
}

impl Order {
    fn of(plan: &Planned<'_>) -> Self {
        match (plan.wanted.is_empty(), plan.foreign.is_empty()) {
            (true, _) => Self::Last,
            (false, false) => Self::Then,
            (false, true) => Self::First,
        }
    }
}

/// Deploys all projects. `deployed` is all that the lattice has.
///
/// # Errors
/// Before anything is touched, where the manifests cannot be made.
pub(super) async fn deploy(
    plans: &[Planned<'_>],
    answers: &[Answers],
    tasks: &mut [Vec<TaskOutcome>],
    deployed: &[Deployed],
    run: &str,
    services: &Services,
    deploying: &Deploying<'_>,
) -> Result<(), RunError> {
    let mut projects = Vec::with_capacity(plans.len());
    for ((plan, answers), tasks) in plans.iter().zip(answers).zip(tasks) {
        let jobs = jobs(plan, answers, tasks, run, services)?;
        projects.push(Project { plan, jobs, tasks });
    }
    let going: Vec<_> = plans.iter().flat_map(going).collect();
    let jobs = projects.iter_mut().flat_map(|project| &mut project.jobs);
    addresses::settle(jobs, deployed, &going);
    let mut good = true;
    let (first, others): (Vec<_>, Vec<_>) = projects
        .into_iter()
        .partition(|project| Order::of(project.plan) == Order::First);
    let all: FuturesUnordered<_> = first.into_iter().map(|project| one(project, deploying)).collect();
    for well in all.collect::<Vec<bool>>().await {
        good &= well;
    }
    let (then, last): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|project| Order::of(project.plan) == Order::Then);
    for project in then {
        good &= one(project, deploying).await;
    }
    for project in last {
        match good {
            true => good &= one(project, deploying).await,
            false => leave_out(project.tasks, deploying.reporter),
        }
    }
    Ok(())
}

/// Whether all of its tasks got through.
async fn one(project: Project<'_>, deploying: &Deploying<'_>) -> bool {
    let Project { plan, jobs, tasks } = project;
    carry_out(plan, jobs, tasks, deploying).await;
    announce_ends(tasks, deploying.reporter);
    let failed = |task: &TaskOutcome| matches!(task.state, TaskState::Failure | TaskState::Error);
    !tasks.iter().any(failed)
}

/// Nothing of a project is deployed, since something else failed.
pub(super) fn leave_out(tasks: &mut [TaskOutcome], reporter: &Reporter) {
    skip(tasks);
    announce_ends(tasks, reporter);
}

/// Says how each task ended.
pub(super) fn announce_ends(tasks: &[TaskOutcome], reporter: &Reporter) {
    for task in tasks {
        reporter.announce(Event::Ended {
            project: task.project.clone(),
            task: task.component_name.clone(),
            state: task.state,
            summary: task.summary(),
        });
    }
}
