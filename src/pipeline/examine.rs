//! Project files → what is right and wrong in them, without doing anything with it.

use crate::document::Diagnostics;
use crate::generate::Templates;
use crate::services::Services;
use crate::source::ProjectFiles;
use crate::testing::Found;
use crate::workflow::{self, Workflow};

use super::cases;

/// What was found in one project.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The project's folder in its repository, `.` for the top.
    pub project: String,
    /// How messages name its workflow.
    pub file: String,
    /// What is wrong, and what is worth knowing, a value for each file.
    pub diagnostics: Vec<Diagnostics>,
    /// The workflow, where nothing is wrong with it.
    pub workflow: Option<Workflow>,
    pub(super) found: Option<Found>,
}

impl Examined {
    /// Whether nothing is wrong. There may be notes and warnings.
    pub fn is_right(&self) -> bool {
        self.workflow.is_some() && self.found.is_some()
    }
}

/// Looks at every project: at its workflow, and at the cases beside its tasks. Sources
/// are not rendered: a template that cannot be is refused when it is read.
pub fn examine(projects: &[ProjectFiles], services: &Services) -> Vec<Examined> {
    projects
        .iter()
        .map(|project| one(project, services.templates()))
        .collect()
}

/// The JSON Schema of a workflow whose tasks are of these services' templates.
pub fn schema(services: &Services) -> serde_json::Value {
    workflow::schema(&services.templates().specs())
}

pub(super) fn one(project: &ProjectFiles, templates: &Templates) -> Examined {
    let file = project.shown(workflow::FILE);
    let mut examined = Examined {
        project: project.path.clone(),
        diagnostics: Vec::new(),
        workflow: None,
        found: None,
        file,
    };
    match workflow::read(&examined.file, project, &templates.specs()) {
        Err(wrong) => examined.diagnostics.extend(wrong),
        Ok(read) => {
            examined.diagnostics.extend(read.notes);
            match cases::read(project, &read.workflow) {
                Err(wrong) => examined.diagnostics.extend(wrong),
                Ok(found) => {
                    examined.diagnostics.extend(found.notes.iter().cloned());
                    examined.found = Some(found);
                }
            }
            examined.workflow = Some(read.workflow);
        }
    }
    examined
}
