//! What is deployed in one environment, deployed in another one: the same artifacts, by
//! their digests. Nothing is compiled.

mod carry_out;
mod differ;
mod origin;

use std::collections::BTreeMap;

use self::differ::differences;
use self::origin::Origin;
use super::recorded::by_task;
use super::state::placed;
use super::{Prepared, PreparedProject, PreparedTask, Recorded, Request, RunError, prepare};
use crate::deploy::{Deployed, Earlier};
use crate::generate::{Manifest, UNBUILT};
use crate::plan::Wanted;
use crate::services::Services;
use crate::source::{ProjectFiles, SourceError};

pub use self::carry_out::promote;

/// What would be promoted, and what differs. Nothing is changed by making it.
#[derive(Clone, Debug)]
pub struct Promotion {
    /// In the order of their projects and names.
    pub tasks: Vec<Promoted>,
    /// Tasks of the projects that only the other environment has: they are left alone.
    pub left_alone: Vec<String>,
}

/// A task that one environment has, and what becomes of it in the other.
#[derive(Clone, Debug)]
pub struct Promoted {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The task.
    pub component_name: String,
    /// What it was built from, there as here.
    pub commit: String,
    /// The artifact's digest, there as here.
    pub digest: String,
    /// Where the artifact is.
    pub from: String,
    /// Where it will be.
    pub to: String,
    /// In the workflow's order.
    pub targets: Vec<PromotedTarget>,
    version: String,
    fingerprint: String,
    manifests: Vec<Manifest>,
}

/// A task on one target.
#[derive(Clone, Debug)]
pub struct PromotedTarget {
    /// The target.
    pub name: String,
    /// What is deployed where it comes from. None where that is only one of the others.
    pub here: Option<Earlier>,
    /// What is deployed where it goes to, until now.
    pub there: Option<Earlier>,
    /// The version that it will have there.
    pub version: String,
    /// What is configured otherwise than where it comes from: `address: a → b`.
    pub differs: Vec<String>,
}

impl PromotedTarget {
    /// Whether anything is to be deployed.
    pub fn is_change(&self) -> bool {
        self.there.as_ref().is_none_or(|there| there.version() != self.version)
    }
}

impl Promoted {
    /// Whether anything is to be deployed.
    pub fn is_change(&self) -> bool {
        self.targets.iter().any(PromotedTarget::is_change)
    }
}

/// Compares what `from` has of the request's projects with `to`. Tasks are named by their
/// `component_name`; none for all. `read` gives the projects of a commit: the workflow
/// says what is configured, and `to` with which addresses.
///
/// # Errors
/// Where a task is not the same on all its targets, or the commit that it was built from
/// is not known or says something else.
pub async fn promotion(
    request: &Request<'_>,
    tasks: &[String],
    (from, to): (&Services, &Services),
    read: impl Fn(&str) -> Result<Vec<ProjectFiles>, SourceError>,
) -> Result<Promotion, RunError> {
    let (here, there) = (deployed(request, from).await?, deployed(request, to).await?);
    let chosen = chosen(&here, tasks, &from.environment().name)?;
    check_database(&chosen, to).await?;
    let mut commits: BTreeMap<String, Prepared> = BTreeMap::new();
    let mut promoted = Vec::with_capacity(chosen.len());
    for task in chosen {
        let origin = Origin::of(task, &from.environment().name)?;
        if !commits.contains_key(&origin.commit) {
            let prepared = prepared(request, &origin, to, &read)?;
            commits.insert(origin.commit.clone(), prepared);
        }
        let in_commit = commits.get(&origin.commit).and_then(|prepared| source(prepared, task));
        let source = in_commit.ok_or_else(|| {
            RunError::NotPromoted(format!(
                "the commit {} has no task `{}`, although it says that it is of it",
                origin.commit, task.component_name
            ))
        })?;
        origin.check(source.1)?;
        let of_it = |other: &&Recorded| other.project == task.project && other.component_name == task.component_name;
        let there = there.iter().find(of_it);
        promoted.push(one(task, there, &origin, source, to).await?);
    }
    let left_alone = there.iter().filter(|other| {
        let is_it = |task: &&Recorded| task.project == other.project && task.component_name == other.component_name;
        tasks.is_empty() && !here.iter().any(|task| is_it(&task))
    });
    Ok(Promotion {
        left_alone: left_alone.map(|task| task.component_name.clone()).collect(),
        tasks: promoted,
    })
}

/// The tasks that are deployed, not only known.
async fn deployed(request: &Request<'_>, services: &Services) -> Result<Vec<Recorded>, RunError> {
    let mut all = services.destination().await?.applications().await?;
    all.retain(|application| application.deployed);
    Ok(by_task(request, &services.environment().name, all, |deployed| deployed))
}

fn chosen<'r>(here: &'r [Recorded], tasks: &[String], environment: &str) -> Result<Vec<&'r Recorded>, RunError> {
    let names: Vec<&str> = here.iter().map(|task| task.component_name.as_str()).collect();
    if let Some(name) = tasks.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(RunError::NoTask {
            name: name.clone(),
            help: match names.is_empty() {
                true => format!("nothing of this project is deployed in {environment}"),
                false => format!(
                    "what is deployed of this project in {environment}: {}",
                    names.join(", ")
                ),
            },
        });
    }
    let is_chosen = |task: &&Recorded| tasks.is_empty() || tasks.contains(&task.component_name);
    Ok(here.iter().filter(is_chosen).collect())
}

async fn check_database(tasks: &[&Recorded], to: &Services) -> Result<(), RunError> {
    let writes = |task: &&&Recorded| task.applications.iter().any(|one| one.now().needs_database());
    let writers: Vec<&str> = tasks
        .iter()
        .filter(writes)
        .map(|task| task.component_name.as_str())
        .collect();
    if writers.is_empty() {
        return Ok(());
    }
    if to.database()?.is_none() {
        return Err(RunError::NoDatabase {
            tasks: writers.join(", "),
            environment: to.environment().name.clone(),
        });
    }
    Ok(to.learn_database_mark().await?)
}

fn prepared(
    request: &Request<'_>,
    origin: &Origin,
    to: &Services,
    read: &impl Fn(&str) -> Result<Vec<ProjectFiles>, SourceError>,
) -> Result<Prepared, RunError> {
    let projects = read(&origin.commit).map_err(|error| match error {
        SourceError::Revision { reason, .. } => RunError::NotPromoted(format!(
            "the commit {} that `{}` in {} was built from is not in this repository ({reason}); fetch it with `git fetch`",
            origin.commit, origin.component_name, origin.environment
        )),
        other => other.into(),
    })?;
    let (repository, environment) = (request.repository, &to.environment().name);
    prepare(&projects, repository, Some(&origin.commit), environment, to.templates())
}

fn source<'p>(prepared: &'p Prepared, task: &Recorded) -> Option<(&'p PreparedProject, &'p PreparedTask)> {
    let project = prepared
        .projects
        .iter()
        .find(|project| project.owner.project == task.project)?;
    let mut tasks = project.tasks.iter();
    let found = tasks.find(|one| one.task.component_name == task.component_name)?;
    Some((project, found))
}

async fn one(
    here: &Recorded,
    there: Option<&Recorded>,
    origin: &Origin,
    (project, source): (&PreparedProject, &PreparedTask),
    to: &Services,
) -> Result<Promoted, RunError> {
    let task = &source.task;
    let digest = origin.image.rsplit_once('@').map_or("", |(_, digest)| digest);
    let image = to
        .store()
        .await?
        .reference(&task.component_name, &task.version, digest)?;
    let wanted = Wanted {
        component_name: task.component_name.clone(),
        code: task.code.clone(),
        template: task.template.clone(),
        fingerprint: origin.fingerprint.clone(),
        note: origin.note.clone(),
        targets: Vec::new(),
    };
    let mut targets = Vec::with_capacity(task.targets.len());
    let mut manifests = Vec::with_capacity(task.targets.len());
    for target in &task.targets {
        let bare = placed(project, &wanted, source, target, UNBUILT, "", to)?;
        let manifest = placed(project, &wanted, source, target, &image, &bare.version, to)?;
        let on = |one: &&Deployed| one.application == manifest.application;
        let now = |task: &Recorded| task.applications.iter().find(on).cloned();
        let (was, is) = (now(here), there.and_then(now));
        targets.push(PromotedTarget {
            name: target.clone(),
            differs: was
                .as_ref()
                .map_or_else(Vec::new, |was| differences(&was.document, &manifest.document)),
            here: was.map(|one| one.now()),
            there: is.map(|one| one.now()),
            version: manifest.version.clone(),
        });
        manifests.push(manifest);
    }
    Ok(Promoted {
        project: here.project.clone(),
        component_name: here.component_name.clone(),
        commit: origin.commit.clone(),
        digest: digest.to_owned(),
        from: origin.image.clone(),
        to: image,
        targets,
        version: task.version.clone(),
        fingerprint: origin.fingerprint.clone(),
        manifests,
    })
}
