//! All parts, looked at beside each other.

use std::collections::BTreeSet;

use super::{Finding, builder, lattice, registry, workflow};
use crate::pipeline::{Prepared, RunError};
use crate::services::Services;

/// What the folder holds.
pub enum Project {
    /// No workflow at all.
    None,
    /// One or more, as they were read.
    Read(Result<Prepared, RunError>),
}

impl Project {
    /// The targets that its tasks name.
    fn targets(&self) -> BTreeSet<&str> {
        let Self::Read(Ok(prepared)) = self else {
            return BTreeSet::new();
        };
        let tasks = prepared.projects.iter().flat_map(|project| &project.tasks);
        tasks
            .flat_map(|prepared| prepared.task.targets.iter().map(String::as_str))
            .collect()
    }
}

/// Looks at every part. None of them is changed: nothing is built, published or
/// deployed. It takes as long as the slowest one has to answer, some 10 seconds at
/// most.
pub async fn examine(project: &Project, services: &Services) -> Vec<Finding> {
    let targets = project.targets();
    let (builders, registry, lattice) = tokio::join!(
        builder::examine(services.building()),
        registry::examine(services),
        lattice::examine(services, &targets),
    );
    let mut findings = vec![workflow::examine(project)];
    findings.extend(builders);
    findings.push(registry);
    findings.extend(workflow::database(project, services));
    findings.extend(lattice);
    findings
}
