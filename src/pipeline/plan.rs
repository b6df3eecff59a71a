//! What a run would do, and why. Nothing is built, published or deployed.

use std::collections::BTreeSet;

use serde::Serialize;

use super::run::{check_database, writers};
use super::state::{Planned, annotation, planned, wanted};
use super::{Prepared, PreparedProject, Request, RunError, check, prepare};
use crate::build::Builder;
use crate::deploy::Deployed;
use crate::plan::{self, Base, Found, Leftovers, PlannedTask, Wanted};
use crate::report::{Reporter, Stage};
use crate::services::Services;
use crate::source::Revision;

/// What a plan compares the request with.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// What is deployed.
    Deployed,
    /// A revision of the repository. Nothing outside this machine is asked.
    Revision {
        /// As the user named it.
        name: &'a str,
        /// Its files.
        revision: &'a Revision,
    },
}

/// The plan of one project.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectPlan {
    /// `project_name`.
    pub project: String,
    /// Its folder, `.` for the top of the repository.
    pub path: String,
    /// The commit that it is compared with: of what is deployed, where all of it is of
    /// one commit.
    pub base: Option<String>,
    /// The commit that is checked out.
    pub head: Option<String>,
    /// Those of the workflow in its order, then those that are no longer in it.
    pub tasks: Vec<PlannedTask>,
}

/// Plans each project of a request, in the order of their paths.
pub async fn plan(
    request: &Request<'_>,
    against: Against<'_>,
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<ProjectPlan>, RunError> {
    let prepared = check(request, services, reporter)?;
    prepared.check_names()?;
    let deployed = match against {
        Against::Deployed => {
            check_database(&prepared, services)?;
            let deployed = deployed(services).await?;
            if writers(&prepared, services).next().is_some() {
                services.learn_database_mark().await?;
            }
            deployed
        }
        Against::Revision { .. } => Vec::new(),
    };
    let toolchain = toolchain(services.builder(reporter).await?, reporter).await?;
    match against {
        Against::Deployed => prepared
            .projects
            .iter()
            .map(|project| {
                let planned = planned(project, &deployed, &[], request.prune.leftovers(), &toolchain, services)?;
                Ok(of_deployed(planned, request))
            })
            .collect(),
        Against::Revision { name, revision } => {
            let before = readable(request, name, revision, services, reporter)?;
            since(
                request,
                &prepared,
                &before,
                (name, &revision.commit),
                &toolchain,
                services,
            )
        }
    }
}

async fn deployed(services: &Services) -> Result<Vec<Deployed>, RunError> {
    let no_base = |error: &dyn std::fmt::Display| RunError::NoBase(error.to_string());
    let destination = services.destination().await.map_err(|error| no_base(&error))?;
    destination.applications().await.map_err(|error| no_base(&error))
}

/// The version of Go, as a run has it. Docker's image is only looked at where it is
/// there.
async fn toolchain(builder: &Builder, reporter: &Reporter) -> Result<String, RunError> {
    if let Some(docker) = builder.docker()
        && docker.image().await?.is_none()
    {
        builder.prepare(reporter).await?;
    }
    Ok(builder.toolchain().await?)
}

fn of_deployed(planned: Planned<'_>, request: &Request<'_>) -> ProjectPlan {
    let commits: BTreeSet<&str> = planned
        .found
        .values()
        .map(|deployed| annotation(deployed, "pelato.commit"))
        .collect();
    let base = match commits.len() {
        1 => commits.into_iter().next().filter(|commit| !commit.is_empty()),
        _ => None,
    };
    ProjectPlan {
        project: planned.project.workflow.project_name.clone(),
        path: planned.project.owner.project.clone(),
        base: base.map(str::to_owned),
        head: request.commit.map(str::to_owned),
        tasks: planned.plan,
    }
}

/// The projects of the revision whose workflows could be read then. The others count
/// as if they had not been there: nobody could have deployed them.
fn readable(
    request: &Request<'_>,
    name: &str,
    revision: &Revision,
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<PreparedProject>, RunError> {
    let environment = &services.environment().name;
    let mut before = Vec::with_capacity(revision.projects.len());
    for project in &revision.projects {
        let read = prepare(
            std::slice::from_ref(project),
            request.repository,
            Some(&revision.commit),
            environment,
            services.templates(),
        );
        match read {
            Ok(Prepared { projects }) => before.extend(projects),
            Err(RunError::Workflow(_) | RunError::Generate(_)) => reporter.line(
                None,
                Stage::Plan,
                format!(
                    "the project {} of {name} is not right: all of it counts as new",
                    project.path
                ),
            ),
            Err(error) => return Err(error),
        }
    }
    Ok(before)
}

fn since(
    request: &Request<'_>,
    prepared: &Prepared,
    before: &[PreparedProject],
    (name, commit): (&str, &str),
    toolchain: &str,
    services: &Services,
) -> Result<Vec<ProjectPlan>, RunError> {
    let compare = |project: &PreparedProject, now: &[Wanted], then: Option<&PreparedProject>| {
        let then = then.map_or(Ok(Vec::new()), |then| wanted(then, toolchain, services))?;
        let found: Vec<Found> = then.iter().flat_map(as_deployed).collect();
        Ok::<_, RunError>(ProjectPlan {
            project: project.workflow.project_name.clone(),
            path: project.owner.project.clone(),
            base: Some(commit.to_owned()),
            head: request.commit.map(str::to_owned),
            tasks: plan::plan(now, &found, Base::Revision(name), request.prune.leftovers()),
        })
    };
    let same = |one: &PreparedProject, other: &PreparedProject| one.owner.project == other.owner.project;
    let mut plans = Vec::with_capacity(prepared.projects.len());
    for project in &prepared.projects {
        let now = wanted(project, toolchain, services)?;
        let then = before.iter().find(|then| same(then, project));
        plans.push(compare(project, &now, then)?);
    }
    // Projects that are gone; with what else the repository has, they would be removed.
    if request.prune.leftovers() == Leftovers::Remove {
        let is_here = |then: &PreparedProject| prepared.projects.iter().any(|project| same(project, then));
        for then in before.iter().filter(|then| !is_here(then)) {
            let mut plan = compare(then, &[], Some(then))?;
            for task in &mut plan.tasks {
                task.reasons = vec![format!("the project {} is no longer in the repository", plan.path)];
            }
            plans.push(plan);
        }
    }
    plans.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(plans)
}

/// What the lattice would have of a task had it been deployed.
fn as_deployed(task: &Wanted) -> impl Iterator<Item = Found> {
    task.targets.iter().map(|target| Found {
        application: target.application.clone(),
        component_name: task.component_name.clone(),
        target: target.target.clone(),
        deployed: true,
        fingerprint: task.fingerprint.clone(),
        note: task.note.with_settings(&target.settings),
    })
}
