//! Project files → workflows and sources. Nothing is touched yet.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::side_by_side::side_by_side;
use super::{RunError, cases, examine};
use crate::document::{Diagnostics, closest};
use crate::generate::{Owner, Sources, Templates, render};
use crate::source::ProjectFiles;
use crate::testing::Cases;
use crate::workflow::{Task, Workflow, application_id};

/// All projects of a run.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// In the order of their paths.
    pub projects: Vec<PreparedProject>,
}

/// One project: its workflow is right and its sources are rendered.
#[derive(Clone, Debug)]
pub struct PreparedProject {
    /// Whose its applications are.
    pub owner: Owner,
    /// What it says.
    pub workflow: Workflow,
    /// Notes and warnings about it and its cases.
    pub notes: Vec<Diagnostics>,
    /// In the workflow's order.
    pub tasks: Vec<PreparedTask>,
}

/// One task and what it is built from.
#[derive(Clone, Debug)]
pub struct PreparedTask {
    /// What the workflow says.
    pub task: Task,
    /// What the builder compiles.
    pub sources: Sources,
    /// What its author says that it does. They are no part of what it is built
    /// from: another case is no other component.
    pub cases: Option<Cases>,
}

impl PreparedTask {
    /// The digest of all that the component is built from: `sha256:` and 64 hex
    /// digits. `toolchain` is Go's version, `recipe` how it is used.
    pub fn fingerprint(&self, toolchain: &str, recipe: &str) -> String {
        let mut digest = Sha256::new();
        for part in ["pelato 1", toolchain, recipe, &self.sources.digest()] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        format!("sha256:{}", hex::encode(digest.finalize()))
    }
}

/// Reads and renders all projects. All wrong workflows and cases are reported, not
/// only the first.
pub fn prepare(
    projects: &[ProjectFiles],
    repository: &str,
    commit: Option<&str>,
    environment: &str,
    templates: &Templates,
) -> Result<Prepared, RunError> {
    let mut wrong = Vec::new();
    let mut prepared = Vec::with_capacity(projects.len());
    for project in projects {
        let examined = examine::one(project, templates);
        let (Some(workflow), Some(found)) = (examined.workflow, examined.found) else {
            wrong.extend(examined.diagnostics.into_iter().filter(Diagnostics::has_errors));
            continue;
        };
        let of = |task: &Task| {
            Ok(PreparedTask {
                sources: render(task, project, templates)?,
                cases: found.cases.get(&cases::code(task)).cloned(),
                task: task.clone(),
            })
        };
        let tasks = side_by_side(&workflow.tasks, of).into_iter();
        let tasks = tasks.collect::<Result<_, RunError>>()?;
        prepared.push(PreparedProject {
            owner: Owner {
                repository: repository.to_owned(),
                project: project.path.clone(),
                environment: environment.to_owned(),
                commit: commit.map(str::to_owned),
            },
            workflow,
            notes: examined.diagnostics,
            tasks,
        });
    }
    if !wrong.is_empty() {
        return Err(RunError::Workflow(wrong));
    }
    Ok(Prepared { projects: prepared })
}

impl Prepared {
    /// The task called `name`.
    ///
    /// # Errors
    /// [`RunError::NoTask`] where there is none, or one in each of several projects.
    pub fn task(&self, name: &str) -> Result<(&PreparedProject, &PreparedTask), RunError> {
        let tasks = || {
            let projects = self.projects.iter();
            projects.flat_map(|project| project.tasks.iter().map(move |task| (project, task)))
        };
        let mut found = tasks().filter(|(_, prepared)| prepared.task.component_name == name);
        let no_task = |help: String| RunError::NoTask {
            name: name.to_owned(),
            help,
        };
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (Some((first, _)), Some((second, _))) => Err(no_task(format!(
                "the projects {} and {} both have one; name the folder of one of them",
                first.owner.project, second.owner.project
            ))),
            (None, _) => {
                let names = || tasks().map(|(_, prepared)| prepared.task.component_name.as_str());
                Err(no_task(match closest(name, names()) {
                    Some(meant) => format!("there is none of that name; did you mean `{meant}`?"),
                    None => format!(
                        "there is none of that component_name; there are: {}",
                        names().collect::<Vec<_>>().join(", ")
                    ),
                }))
            }
        }
    }

    /// One lattice, or one host, has room for one application of a name.
    ///
    /// # Errors
    /// [`RunError::SameName`] where two projects have a task of one name.
    pub fn check_names(&self) -> Result<(), RunError> {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for project in &self.projects {
            for prepared in &project.tasks {
                let name = &prepared.task.component_name;
                if let Some(first) = seen.insert(application_id(name), &project.owner.project) {
                    return Err(RunError::SameName {
                        component_name: name.clone(),
                        first: first.to_owned(),
                        second: project.owner.project.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}
