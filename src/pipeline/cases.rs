//! The cases that stand beside tasks: read with the workflow, run between build and
//! publish.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::{Cause, RunError};
use crate::deploy::Specification;
use crate::document::Diagnostics;
use crate::generate::{Owner, Placement, manifest};
use crate::report::{Reporter, Stage, counted};
use crate::services::Services;
use crate::source::ProjectFiles;
use crate::testing::{self, Cases, Child, ChildError, Found, TaskResult};
use crate::workflow::{TASKS, Task, Workflow};

/// Reads the cases of a project.
pub(super) fn read(project: &ProjectFiles, workflow: &Workflow) -> Result<Found, Vec<Diagnostics>> {
    let codes: Vec<String> = workflow.tasks.iter().map(code).collect();
    testing::find(&project.files, &codes, |path| project.shown(path))
}

/// The author's file of a task, `tasks/convert.go`.
pub(super) fn code(task: &Task) -> String {
    format!("{TASKS}/{}", task.code)
}

/// A task's configuration, as its manifest on its first target has it.
pub(super) fn configuration(
    task: &Task,
    owner: &Owner,
    services: &Services,
) -> Result<BTreeMap<String, String>, RunError> {
    let target = task.targets.first().map(String::as_str).unwrap_or_default();
    let placement = Placement {
        target,
        image: "unbuilt",
        environment: &owner.environment,
        providers: services.providers(),
        nats: services.environment().nats_of(target),
        sql: None,
        agent: false,
        owner,
    };
    let document = manifest(task, &placement, "", "", services.templates())?.document;
    Specification::of(&document)
        .map(|specification| specification.config)
        .map_err(|reason| RunError::NotHere {
            component_name: task.component_name.clone(),
            reason,
        })
}

/// What a task has to hold before it is published.
#[derive(Clone, Debug)]
pub(super) struct Test<'t> {
    pub(super) project: &'t str,
    pub(super) cases: &'t Cases,
    pub(super) config: BTreeMap<String, String>,
}

/// Runs the cases of a task that was built.
pub(super) async fn hold(
    test: &Test<'_>,
    component_name: &str,
    wasm: &[u8],
    child: &Child,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<(), Cause> {
    let name = Some(component_name);
    let begun = reporter.started(name, Stage::Test);
    let ran = child.run(component_name, &test.config, test.cases, wasm, cancel).await;
    let cases = match ran {
        Err(ChildError::Cancelled) => return Err(Cause::cancelled()),
        Err(error) => {
            reporter.failed(name, Stage::Test, error.to_string());
            return Err(Cause::from(&error));
        }
        Ok(cases) => cases,
    };
    let result = TaskResult {
        project: test.project.to_owned(),
        component_name: component_name.to_owned(),
        file: test.cases.file.clone(),
        cases: Ok(cases),
    };
    let failed: Vec<String> = result
        .ran()
        .iter()
        .filter(|case| !case.passed())
        .map(|case| format!("{}: {}: {}", result.place(case), case.name, case.shown()))
        .collect();
    let Some(brief) = result.brief() else {
        reporter.finished(name, Stage::Test, begun.elapsed(), counted(result.ran().len(), "case"));
        return Ok(());
    };
    for shown in &failed {
        reporter.line(name, Stage::Test, shown);
    }
    reporter.failed(name, Stage::Test, &brief);
    Err(Cause::cases(brief, &failed))
}
