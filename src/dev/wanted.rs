//! A checked project → the applications that a host would run.

use crate::deploy::Specification;
use crate::generate::{GenerateError, Placement, Sources, manifest};
use crate::pipeline::Prepared;
use crate::services::Services;

/// One task on one target, as the workflow wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// `<component_name>-<target>`.
    pub application: String,
    /// The task's name for people.
    pub name: String,
    /// What its component is built from.
    pub sources: Sources,
    /// Where it listens and what it is configured with, or why no host here can run it.
    pub specification: Result<Specification, String>,
}

/// What the projects come to: every task on every target, as on a lattice. The
/// targets of a task share its messages.
pub fn wanted(prepared: &Prepared, services: &Services) -> Result<Vec<Wanted>, GenerateError> {
    let mut all = Vec::new();
    for project in &prepared.projects {
        for task in &project.tasks {
            for target in &task.task.targets {
                let placement = Placement {
                    target,
                    image: "local",
                    environment: &project.owner.environment,
                    providers: services.providers(),
                    nats: services.environment().nats_of(target),
                    sql: None,
                    agent: false,
                    owner: &project.owner,
                };
                let manifest = manifest(&task.task, &placement, "", "", services.templates())?;
                all.push(Wanted {
                    specification: Specification::of(&manifest.document),
                    application: manifest.application,
                    name: task.task.name.clone(),
                    sources: task.sources.clone(),
                });
            }
        }
    }
    Ok(all)
}
