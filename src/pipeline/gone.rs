//! Projects that are no longer in the repository, and what is still deployed of them.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Planned, annotation, found, is_beside, is_of};
use super::{PreparedProject, Prune, Request};
use crate::deploy::Deployed;
use crate::generate::Owner;
use crate::plan::{Base, Leftovers, plan};
use crate::workflow::Workflow;

/// The projects of this repository and environment that something is deployed of and
/// that the commit lacks, each without a task. None where the request is not about the
/// whole repository, or its commit has no project at all: a folder that came out empty
/// is rather a mistake than a wish.
pub(super) fn projects(request: &Request<'_>, environment: &str, deployed: &[Deployed]) -> Vec<PreparedProject> {
    let read = request.projects.iter().map(|project| project.path.as_str());
    let here: BTreeSet<&str> = read.chain(request.others.iter().map(String::as_str)).collect();
    if request.prune != Prune::Projects || here.is_empty() {
        return Vec::new();
    }
    let any = Owner {
        repository: request.repository.to_owned(),
        project: String::new(),
        environment: environment.to_owned(),
        commit: request.commit.map(str::to_owned),
    };
    let paths: BTreeSet<&str> = deployed
        .iter()
        .filter(|deployed| is_beside(deployed, &any))
        .map(|deployed| annotation(deployed, "pelato.project"))
        .filter(|path| !path.is_empty() && !here.contains(path))
        .collect();
    let gone = paths.into_iter().map(|path| PreparedProject {
        owner: Owner {
            project: path.to_owned(),
            ..any.clone()
        },
        workflow: Workflow {
            project_name: path.to_owned(),
            tasks: Vec::new(),
        },
        notes: Vec::new(),
        tasks: Vec::new(),
    });
    gone.collect()
}

/// The plans of such projects: all that is deployed of them goes, but what another
/// project of `others` takes over.
pub(super) fn plans<'p>(
    gone: &'p [PreparedProject],
    deployed: &[Deployed],
    others: &[Planned<'_>],
) -> Vec<Planned<'p>> {
    let is_taken = |name: &str| others.iter().any(|other| other.found.contains_key(name));
    let plans = gone.iter().map(|project| {
        let left: BTreeMap<String, Deployed> = deployed
            .iter()
            .filter(|deployed| is_of(deployed, &project.owner) && !is_taken(&deployed.application))
            .map(|deployed| (deployed.application.clone(), deployed.clone()))
            .collect();
        let found: Vec<_> = left.values().map(found).collect();
        let environment = Base::Environment(&project.owner.environment);
        let mut plan = plan(&[], &found, environment, Leftovers::Remove);
        for task in &mut plan {
            task.reasons = vec![format!(
                "the project {} is no longer in the repository",
                project.owner.project
            )];
        }
        Planned {
            project,
            wanted: Vec::new(),
            plan,
            found: left,
            foreign: BTreeSet::new(),
            leftovers: Leftovers::Remove,
        }
    });
    plans.filter(|plan| !plan.plan.is_empty()).collect()
}
