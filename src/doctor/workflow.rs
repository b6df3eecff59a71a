//! Whether the workflow is right.

use super::{Finding, Part, Project};
use crate::pipeline::{RunError, check_database};
use crate::report::counted;
use crate::services::Services;

pub(super) fn examine(project: &Project) -> Finding {
    match project {
        Project::None => Finding::note(
            Part::Workflow,
            "there is no workflow.yaml here; `pelato new` writes one, and `pelato doctor DIR` looks elsewhere",
        ),
        Project::Read(Ok(prepared)) => {
            let tasks: usize = prepared.projects.iter().map(|project| project.tasks.len()).sum();
            Finding::ok(Part::Workflow, format!("{}, nothing wrong", counted(tasks, "task")))
        }
        Project::Read(Err(RunError::Workflow(_))) => {
            Finding::wrong(Part::Workflow, "it has errors; `pelato check` shows them in place")
        }
        Project::Read(Err(error)) => Finding::wrong(Part::Workflow, error),
    }
}

/// Whether the database is named that tasks write to. It is reached from hosts, not
/// from here, so it is not asked.
pub(super) fn database(project: &Project, services: &Services) -> Option<Finding> {
    let Project::Read(Ok(prepared)) = project else {
        return None;
    };
    let error = check_database(prepared, services).err()?;
    Some(Finding::wrong(Part::Database, error))
}
