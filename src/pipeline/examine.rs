//! Project files → what is right and wrong in them, without doing anything with it.

use crate::document::{Diagnostics, Findings, Span};
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
    /// The tasks that have targets in reserve, and where they say so.
    in_reserve: Vec<(String, Span)>,
}

impl Examined {
    /// Whether nothing is wrong. There may be notes and warnings.
    pub fn is_right(&self) -> bool {
        self.workflow.is_some() && self.found.is_some()
    }
}

/// Looks at every project: at its workflow, and at the cases beside its tasks. Sources
/// are not rendered: a template that cannot be is refused when it is read. What the
/// environment of the services could not run is a warning: it may be another one's task.
pub fn examine(projects: &[ProjectFiles], services: &Services) -> Vec<Examined> {
    let environment = services.environment();
    let look = |project: &ProjectFiles| {
        let mut examined = one(project, services.templates());
        if environment.lacks_agent() {
            let lacking = without_agent(project, &examined, &environment.name);
            examined.diagnostics.extend(lacking);
        }
        examined
    };
    projects.iter().map(look).collect()
}

/// The tasks whose targets in reserve would take no message: nobody says whose turn it is.
fn without_agent(project: &ProjectFiles, examined: &Examined, environment: &str) -> Option<Diagnostics> {
    let text = std::str::from_utf8(project.get(workflow::FILE)?).ok()?;
    let mut findings = Findings::default();
    for (component_name, span) in &examined.in_reserve {
        findings.warning(
            "placement",
            span,
            format!("`{component_name}` could not be deployed to the environment `{environment}`"),
            "no agent says which target takes messages there",
            "set PELATO_AGENT=true where `pelato agent` runs, or `agent: true` for the environment in runner.yaml",
        );
    }
    (!findings.is_empty()).then(|| findings.of(&examined.file, text))
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
        in_reserve: Vec::new(),
        file,
    };
    match workflow::read(&examined.file, project, &templates.specs()) {
        Err(wrong) => examined.diagnostics.extend(wrong),
        Ok(read) => {
            examined.diagnostics.extend(read.notes);
            examined.in_reserve = read.in_reserve;
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
