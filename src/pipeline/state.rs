//! What is wanted, what is on the lattice, and the plan between the two.

use std::collections::{BTreeMap, BTreeSet};

use super::{PreparedProject, PreparedTask, RunError};
use crate::deploy::Deployed;
use crate::generate::{Manifest, Owner, Placement, Templates, UNBUILT, manifest};
use crate::plan::{Base, Found, Leftovers, Note, PlannedTask, Wanted, WantedTarget, plan};
use crate::services::Services;
use crate::workflow::Order;

/// One project, its plan, and what is needed to carry it out.
pub(super) struct Planned<'p> {
    pub(super) project: &'p PreparedProject,
    pub(super) wanted: Vec<Wanted>,
    pub(super) plan: Vec<PlannedTask>,
    /// Application → what the lattice has of it.
    pub(super) found: BTreeMap<String, Deployed>,
    /// Applications that are wanted, and somebody else's.
    pub(super) foreign: BTreeSet<String>,
    pub(super) leftovers: Leftovers,
}

impl Planned<'_> {
    /// The applications of a task, each with its target.
    pub(super) fn applications_of(&self, component_name: &str) -> impl Iterator<Item = (&str, &Deployed)> {
        let of_it = move |found: &&Deployed| annotation(found, "pelato.component") == component_name;
        let found = self.found.values().filter(of_it);
        found.map(|deployed| (annotation(deployed, "pelato.target"), deployed))
    }
}

/// Plans one project. `on_lattice` is all that the lattice has from any run of
/// Pelato; what belongs to others is left out here and refused when it is deployed
/// over. `gone` are the projects that left the repository.
pub(super) fn planned<'p>(
    project: &'p PreparedProject,
    on_lattice: &[Deployed],
    gone: &[PreparedProject],
    leftovers: Leftovers,
    toolchain: &str,
    services: &Services,
) -> Result<Planned<'p>, RunError> {
    let (wanted, unbuilt) = made(project, toolchain, services)?;
    let is_wanted = |application: &str| {
        let mut targets = wanted.iter().flat_map(|task| &task.targets);
        targets.any(|target| target.application == application)
    };
    let owner = &project.owner;
    let ours: Vec<&Deployed> = on_lattice
        .iter()
        .filter(|deployed| {
            // A project in another folder than before takes over what it still wants.
            is_of(deployed, owner)
                || is_wanted(&deployed.application) && gone.iter().any(|gone| is_of(deployed, &gone.owner))
        })
        .collect();
    let altered: Vec<&Deployed> = altered(&ours, &wanted, unbuilt).collect();
    let is_altered = |one: &Deployed| altered.iter().any(|altered| altered.application == one.application);
    let found = ours.iter().map(|deployed| match is_altered(deployed) {
        // Nobody knows what it was built from.
        true => Found {
            fingerprint: String::new(),
            ..found(deployed)
        },
        false => found(deployed),
    });
    let found: Vec<Found> = found.collect();
    let mut plan = plan(&wanted, &found, Base::Environment(&owner.environment), leftovers);
    for deployed in &ours {
        let name = annotation(deployed, "pelato.component");
        let theirs = annotation(deployed, "pelato.project");
        if let Some(task) = plan.iter_mut().find(|task| task.component_name == name)
            && theirs != owner.project
        {
            task.reasons = vec![format!("was in the project {theirs}")];
        }
    }
    for deployed in altered {
        let name = annotation(deployed, "pelato.component");
        let target = annotation(deployed, "pelato.target");
        if let Some(task) = plan.iter_mut().find(|task| task.component_name == name) {
            task.reasons = vec![format!("changed on {target} by somebody else")];
        }
    }
    let is_ours = |one: &Deployed| ours.iter().any(|ours| ours.application == one.application);
    let foreign = on_lattice
        .iter()
        .filter(|deployed| is_wanted(&deployed.application) && !is_ours(deployed))
        .map(|deployed| deployed.application.clone())
        .collect();
    Ok(Planned {
        project,
        plan,
        foreign,
        wanted,
        found: ours
            .into_iter()
            .map(|deployed| (deployed.application.clone(), deployed.clone()))
            .collect(),
        leftovers,
    })
}

/// Whether an application is of this repository, project and environment.
pub(super) fn is_of(deployed: &Deployed, owner: &Owner) -> bool {
    annotation(deployed, "pelato.project") == owner.project && is_beside(deployed, owner)
}

/// Whether it is of this repository and environment.
pub(super) fn is_beside(deployed: &Deployed, owner: &Owner) -> bool {
    annotation(deployed, "pelato.repository") == owner.repository
        && annotation(deployed, "pelato.environment") == owner.environment
}

/// An annotation, empty where it is not there.
pub(super) fn annotation<'d>(deployed: &'d Deployed, key: &str) -> &'d str {
    deployed.annotations.get(key).map_or("", String::as_str)
}

pub(super) fn found(deployed: &Deployed) -> Found {
    let annotation = |key: &str| annotation(deployed, key).to_owned();
    Found {
        application: deployed.application.clone(),
        component_name: annotation("pelato.component"),
        target: annotation("pelato.target"),
        deployed: deployed.deployed,
        fingerprint: annotation("pelato.fingerprint"),
        note: Note::parse(&annotation("pelato.inputs")),
    }
}

/// What the tasks of a project are built from, and how they are configured.
pub(super) fn wanted(project: &PreparedProject, toolchain: &str, services: &Services) -> Result<Vec<Wanted>, RunError> {
    Ok(made(project, toolchain, services)?.0)
}

/// The same, each with its manifests while it is not built.
fn made(
    project: &PreparedProject,
    toolchain: &str,
    services: &Services,
) -> Result<(Vec<Wanted>, Vec<Vec<Manifest>>), RunError> {
    let of = |prepared: &PreparedTask| unbuilt(project, prepared, toolchain, services);
    project.tasks.iter().map(of).collect()
}

/// Of `ours`, what says that it is as it is wanted, and is not: a manifest's version is a
/// digest of its content, and this one is another. Somebody put it there by other means.
/// What was put back has a version of its own, and what a template says the image of more
/// than once is believed.
fn altered<'d>(
    ours: &[&'d Deployed],
    wanted: &[Wanted],
    unbuilt: Vec<Vec<Manifest>>,
) -> impl Iterator<Item = &'d Deployed> {
    let mut altered = Vec::new();
    for (task, manifests) in wanted.iter().zip(unbuilt) {
        for (target, manifest) in task.targets.iter().zip(manifests) {
            let of_it = ours.iter().find(|deployed| deployed.application == target.application);
            let Some(deployed) =
                of_it.filter(|deployed| deployed.deployed && !deployed.version.is_empty() && !deployed.is_restored())
            else {
                continue;
            };
            let has = found(deployed);
            let note = task.note.with_settings(&target.settings);
            if has.fingerprint != task.fingerprint || has.note.settings != note.settings {
                continue;
            }
            let Some(image) = deployed.image() else {
                continue;
            };
            let built = manifest.built(image, &task.fingerprint, annotation(deployed, "pelato.inputs"));
            if built.is_some_and(|built| built.version != deployed.version) {
                altered.push(*deployed);
            }
        }
    }
    altered.into_iter()
}

/// The same of one task, and its manifests while it is not built, target by target.
pub(super) fn unbuilt(
    project: &PreparedProject,
    prepared: &PreparedTask,
    toolchain: &str,
    services: &Services,
) -> Result<(Wanted, Vec<Manifest>), RunError> {
    let task = &prepared.task;
    let inputs = &prepared.sources.inputs;
    let mut wanted = Wanted {
        component_name: task.component_name.clone(),
        code: task.code.clone(),
        template: task.template.clone(),
        fingerprint: prepared.fingerprint(toolchain, crate::build::RECIPE),
        note: Note::of(&inputs.code, &inputs.template, toolchain),
        targets: Vec::with_capacity(task.targets.len()),
    };
    let mut manifests = Vec::with_capacity(task.targets.len());
    for target in &task.targets {
        let bare = placed(project, &wanted, prepared, target, UNBUILT, "", services)?;
        wanted.targets.push(WantedTarget {
            target: target.clone(),
            application: bare.application.clone(),
            settings: bare.version.clone(),
        });
        manifests.push(bare);
    }
    Ok((wanted, manifests))
}

/// The manifests of one task with an image, target by target.
pub(super) fn built(
    project: &PreparedProject,
    prepared: &PreparedTask,
    (wanted, unbuilt): (Wanted, Vec<Manifest>),
    image: &str,
    services: &Services,
) -> Result<Vec<Manifest>, RunError> {
    let targets = wanted.targets.iter().zip(unbuilt);
    let built = targets.map(|(WantedTarget { target, settings, .. }, unbuilt)| {
        let note = wanted.note.with_settings(settings).to_string();
        match unbuilt.built(image, &wanted.fingerprint, &note) {
            Some(manifest) => Ok(manifest),
            None => placed(project, &wanted, prepared, target, image, settings, services),
        }
    });
    built.collect()
}

/// The manifest of a task on a target. `settings` is the digest that
/// [`WantedTarget`] has; none while that is being worked out.
pub(super) fn placed(
    project: &PreparedProject,
    wanted: &Wanted,
    prepared: &PreparedTask,
    target: &str,
    image: &str,
    settings: &str,
    services: &Services,
) -> Result<Manifest, RunError> {
    let placement = Placement {
        target,
        image,
        environment: &project.owner.environment,
        providers: services.providers(),
        nats: services.environment().nats_of(target),
        sql: services.database_mark(),
        agent: services.environment().has_agent(),
        owner: &project.owner,
    };
    let environment = services.environment();
    if prepared.task.placement == Order::Prefer && environment.lacks_agent() {
        return Err(RunError::NoAgent {
            component_name: prepared.task.component_name.clone(),
            environment: environment.name.clone(),
        });
    }
    let (fingerprint, note) = match settings {
        // What is built is no setting.
        "" => (String::new(), String::new()),
        settings => (
            wanted.fingerprint.clone(),
            wanted.note.with_settings(settings).to_string(),
        ),
    };
    let templates: &Templates = services.templates();
    Ok(manifest(&prepared.task, &placement, &fingerprint, &note, templates)?)
}

/// What a run deploys of a project, target by target. Every task has the component
/// `image`, which was built with Go's version `toolchain`.
///
/// # Errors
/// Where a task cannot be placed.
pub fn manifests(
    project: &PreparedProject,
    toolchain: &str,
    image: &str,
    services: &Services,
) -> Result<Vec<Manifest>, RunError> {
    let mut manifests = Vec::new();
    for prepared in &project.tasks {
        let unbuilt = unbuilt(project, prepared, toolchain, services)?;
        manifests.extend(built(project, prepared, unbuilt, image, services)?);
    }
    Ok(manifests)
}
