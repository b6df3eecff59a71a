//! What is deployed of projects, task by task, with what was deployed before.

use std::collections::BTreeMap;

use super::{Request, RunError};
use crate::deploy::Deployed;
use crate::generate::Owner;
use crate::services::Services;

/// A task that is deployed. `A` is an application of it on one target: a
/// [`Deployed`], or a [`crate::deploy::Look`].
#[derive(Clone, Debug)]
pub struct Recorded<A = Deployed> {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The task.
    pub component_name: String,
    /// One for each target, in the order of their names.
    pub applications: Vec<A>,
}

/// The tasks of the request's projects that are deployed, whatever their workflows say
/// today: none of them is read.
pub async fn recorded(request: &Request<'_>, services: &Services) -> Result<Vec<Recorded>, RunError> {
    let all = services.destination().await?.applications().await?;
    Ok(by_task(request, &services.environment().name, all, |deployed| deployed))
}

/// Sorts applications by project and task. Those of others are left out.
pub(super) fn by_task<A>(
    request: &Request<'_>,
    environment: &str,
    all: Vec<A>,
    deployed: impl Fn(&A) -> &Deployed,
) -> Vec<Recorded<A>> {
    let owners: Vec<Owner> = request
        .projects
        .iter()
        .map(|project| Owner {
            repository: request.repository.to_owned(),
            project: project.path.clone(),
            environment: environment.to_owned(),
            commit: None,
        })
        .collect();
    let mut tasks: BTreeMap<(usize, String), Vec<A>> = BTreeMap::new();
    for application in all {
        let found = deployed(&application);
        let owner = owners.iter().position(|owner| found.is_of(owner));
        let name = found.annotations.get("pelato.component").cloned();
        if let (Some(owner), Some(name)) = (owner, name) {
            tasks.entry((owner, name)).or_default().push(application);
        }
    }
    let recorded = tasks.into_iter().filter_map(|((owner, component_name), applications)| {
        Some(Recorded {
            project: owners.get(owner)?.project.clone(),
            component_name,
            applications,
        })
    });
    recorded.collect()
}
