//! Whether the workflow is right.

use super::{Finding, Part, Project};
use crate::pipeline::RunError;
use crate::report::counted;

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
