//! What runs where, and how it differs from a folder.

use super::recorded::by_task;
use super::{Against, Recorded, Request, RunError, plan};
use crate::deploy::Look;
use crate::plan::Change;
use crate::report::Reporter;
use crate::services::Services;

/// A task that is deployed, and how it stands.
#[derive(Clone, Debug)]
pub struct TaskStatus {
    /// The task, with an application for each target.
    pub task: Recorded<Look>,
    /// How what is deployed differs from the folder, where [`drift`] was asked.
    pub drift: Option<String>,
}

/// The tasks of the request's projects that are deployed, and whether they run. Only
/// looks; the registry is not asked.
pub async fn status(request: &Request<'_>, services: &Services) -> Result<Vec<TaskStatus>, RunError> {
    let all = services.destination().await?.look().await?;
    let tasks = by_task(request, &services.environment().name, all, |look| &look.deployed);
    let standing = |task| TaskStatus { task, drift: None };
    Ok(tasks.into_iter().map(standing).collect())
}

/// Says of each of these tasks how it differs from the request's projects, in the words of
/// [`plan`].
pub async fn drift(
    tasks: &mut [TaskStatus],
    request: &Request<'_>,
    services: &Services,
    reporter: &Reporter,
) -> Result<(), RunError> {
    let projects = plan(request, Against::Deployed, services, reporter).await?;
    for standing in tasks {
        let of_it = projects.iter().find(|project| project.path == standing.task.project);
        let planned = of_it.and_then(|project| {
            let mut planned = project.tasks.iter();
            planned.find(|planned| planned.component_name == standing.task.component_name)
        });
        standing.drift = match planned {
            Some(planned) if planned.change == Change::Unchanged => None,
            Some(planned) => Some(format!("drift: {}", planned.reasons.join(", "))),
            None => None,
        };
    }
    Ok(())
}
