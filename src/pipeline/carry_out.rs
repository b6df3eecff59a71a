//! A plan and its artifacts → what runs and what no longer does.

use super::artifacts::Answers;
use super::deployments::{Deploying, Job};
use super::removal;
use super::state::{Planned, annotation, placed};
use super::{Goal, RunError, TaskOutcome};
use crate::deploy::Deployed;
use crate::generate::{Manifest, Owner};
use crate::plan::{Change, Leftovers, PlannedTask};
use crate::report::TaskState;
use crate::services::Services;

/// What is known of each task once the artifacts are there or not.
pub(super) fn outcomes(plan: &Planned<'_>, answers: &Answers, goal: Goal) -> Vec<TaskOutcome> {
    plan.plan
        .iter()
        .map(|planned| {
            let mut task = TaskOutcome::pending(&plan.project.owner.project, planned);
            match answers.get(&planned.component_name) {
                None => task.reference = image_of(plan, planned),
                Some(Err(cause)) => task.fail(cause),
                Some(Ok(made)) => {
                    task.built = made.built;
                    task.published = made.built;
                    task.reference = Some(made.artifact.reference.clone());
                }
            }
            if planned.change == Change::Removed && !planned.deploy {
                task.state = TaskState::Success;
            }
            if goal == Goal::Build {
                // Nobody asked what is deployed: what counts is what is published.
                (task.change, task.reasons) = match task.built {
                    true => (Change::Changed, vec!["not published yet".to_owned()]),
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

/// What a plan has to deploy. Nothing is touched by asking.
pub(super) fn jobs(
    plan: &Planned<'_>,
    answers: &Answers,
    tasks: &[TaskOutcome],
    run: &str,
    services: &Services,
) -> Result<Vec<Job>, RunError> {
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
            .map(|target| {
                placed(
                    plan.project,
                    wanted,
                    prepared,
                    &target.target,
                    &image,
                    &target.settings,
                    services,
                )
                .map(|manifest| manifest.by(run))
            })
            .collect::<Result<Vec<Manifest>, RunError>>()?;
        jobs.push(Job {
            component_name: name.clone(),
            // What will be refused must not have taken anything down before.
            first: match manifests
                .iter()
                .any(|manifest| plan.foreign.contains(&manifest.application))
            {
                true => Vec::new(),
                false => in_the_way(plan, name),
            },
            manifests,
            refused: None,
        });
    }
    Ok(jobs)
}

/// Deploys `jobs` and removes what the plan of their project says.
pub(super) async fn carry_out(
    plan: &Planned<'_>,
    jobs: Vec<Job>,
    tasks: &mut [TaskOutcome],
    deploying: &Deploying<'_>,
) {
    for deployed in deploying.all(jobs).await {
        if let Some(task) = tasks
            .iter_mut()
            .find(|task| task.component_name == deployed.component_name)
        {
            task.deployed = deployed.targets.iter().any(|target| target.changed);
            task.targets = deployed.targets;
            match deployed.result {
                Ok(()) => task.state = TaskState::Success,
                Err(cause) => task.fail(&cause),
            }
        }
    }
    // What is no longer wanted goes once what is wanted runs.
    let runs = tasks
        .iter()
        .all(|task| matches!(task.state, TaskState::Success | TaskState::Pending));
    if !runs {
        skip(tasks);
    } else if plan.leftovers == Leftovers::Remove {
        let Deploying {
            destination,
            reporter,
            cancel,
            ..
        } = deploying;
        for task in tasks.iter_mut() {
            let left = left_over(plan, task);
            if !left.is_empty() {
                let _place = deploying.place().await;
                removal::take_away(destination, &plan.project.owner, &left, task, reporter, cancel).await;
            }
        }
    }
}

/// What goes before a task is deployed: the applications of its previous name, and
/// those that another project had under its own. A message that both got would be
/// handled twice.
fn in_the_way(plan: &Planned<'_>, component_name: &str) -> Vec<(Owner, String)> {
    let owner = &plan.project.owner;
    let planned = plan.plan.iter().find(|task| task.component_name == component_name);
    let previous = planned.and_then(|task| task.previous_name.as_deref());
    let previous = previous.into_iter().flat_map(|name| plan.applications_of(name));
    let elsewhere = plan
        .applications_of(component_name)
        .filter(|(_, deployed)| annotation(deployed, "pelato.project") != owner.project);
    let all = previous.chain(elsewhere);
    all.map(|(_, deployed)| (theirs(plan, deployed), deployed.application.clone()))
        .collect()
}

/// The applications that go, since the commit does not want them.
pub(super) fn going<'p>(plan: &'p Planned<'_>) -> impl Iterator<Item = (Owner, String)> + 'p {
    let goes = plan.leftovers == Leftovers::Remove;
    let wants = |application: &str| {
        let mut targets = plan.wanted.iter().flat_map(|wanted| &wanted.targets);
        targets.any(|target| target.application == application)
    };
    let left = plan
        .found
        .values()
        .filter(move |deployed| goes && !wants(&deployed.application));
    left.map(|deployed| (theirs(plan, deployed), deployed.application.clone()))
}

/// Its owner, which another project of the repository may be.
fn theirs(plan: &Planned<'_>, deployed: &Deployed) -> Owner {
    Owner {
        project: annotation(deployed, "pelato.project").to_owned(),
        ..plan.project.owner.clone()
    }
}

/// The applications (target, name) of a task that the commit does not want.
fn left_over(plan: &Planned<'_>, task: &TaskOutcome) -> Vec<(String, String)> {
    let wanted = plan
        .wanted
        .iter()
        .find(|wanted| wanted.component_name == task.component_name);
    plan.applications_of(&task.component_name)
        .filter(|(_, deployed)| {
            !wanted.is_some_and(|wanted| {
                wanted
                    .targets
                    .iter()
                    .any(|target| target.application == deployed.application)
            })
        })
        .map(|(target, deployed)| (target.to_owned(), deployed.application.clone()))
        .collect()
}

pub(super) fn skip(tasks: &mut [TaskOutcome]) {
    for task in tasks.iter_mut().filter(|task| task.state == TaskState::Pending) {
        if task.change == Change::Unchanged {
            task.state = TaskState::Success;
        } else {
            task.state = TaskState::Skipped;
            let reason = "left out, since another task of this run failed".to_owned();
            (task.reason, task.brief) = (Some(reason.clone()), Some(reason));
        }
    }
}
