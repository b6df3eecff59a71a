//! The cases of a folder's tasks, run in this process.

use std::sync::Arc;
use std::thread::available_parallelism;

use futures_util::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::call::runtime;
use super::cases::configuration;
use super::{PreparedProject, PreparedTask, Request, RunError, check};
use crate::build::{BuildError, Component};
use crate::generate::Sources;
use crate::report::Reporter;
use crate::runtime::{Compiler, Runtime};
use crate::services::Services;
use crate::testing::{self, Cases, TaskResult, Untested};

/// What came of the cases of a folder.
#[derive(Clone, Debug, Default)]
pub struct Tested {
    /// Tasks that have cases which were asked for, in the order of the projects and
    /// their workflows.
    pub tasks: Vec<TaskResult>,
    /// How many cases there are, asked for or not.
    pub all: usize,
}

/// Builds the tasks that have cases and runs these: all, or those whose name or task
/// has `filter` in it.
pub async fn test(
    request: &Request<'_>,
    filter: &str,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Tested, RunError> {
    let prepared = check(request, services, reporter)?;
    let all = prepared.projects.iter().flat_map(|project| &project.tasks);
    let all = all.filter_map(|task| task.cases.as_ref());
    let mut tested = Tested {
        all: all.map(|cases| cases.cases.len()).sum(),
        ..Tested::default()
    };
    let mut wanted = Vec::new();
    for project in &prepared.projects {
        for task in &project.tasks {
            let cases = task.cases.as_ref();
            let cases = cases.map(|cases| cases.filtered(&task.task.component_name, filter));
            wanted.extend(
                cases
                    .filter(|cases| !cases.cases.is_empty())
                    .map(|cases| (project, task, cases)),
            );
        }
    }
    if wanted.is_empty() {
        return Ok(tested);
    }
    let builder = services.builder(reporter).await?;
    let sources: Vec<Sources> = wanted.iter().map(|(_, task, _)| task.sources.clone()).collect();
    let built = builder
        .build(request.run, request.repository, &sources, reporter, cancel)
        .await;
    if cancel.is_cancelled() {
        return Err(RunError::Cancelled);
    }
    let width = available_parallelism().map_or(1, usize::from);
    let work = Work {
        runtime: runtime(Compiler::Quick, services)?,
        room: Arc::new(Semaphore::new(width)),
        services,
    };
    let testing = wanted.iter().zip(built);
    let testing: Vec<_> = testing
        .map(|((project, task, cases), (_, built))| work.one(project, task, cases, built))
        .collect();
    let results = stream::iter(testing).buffered(width).collect::<Vec<_>>();
    tokio::select! {
        results = results => tested.tasks = results.into_iter().collect::<Result<_, RunError>>()?,
        () = cancel.cancelled() => return Err(RunError::Cancelled),
    }
    Ok(tested)
}

struct Work<'w> {
    runtime: Runtime,
    room: Arc<Semaphore>,
    services: &'w Services,
}

impl Work<'_> {
    async fn one(
        &self,
        project: &PreparedProject,
        task: &PreparedTask,
        cases: &Cases,
        built: Result<Component, BuildError>,
    ) -> Result<TaskResult, RunError> {
        let name = &task.task.component_name;
        let config = configuration(&task.task, &project.owner, self.services)?;
        let ran = match built {
            Err(error) => Err(Untested {
                brief: error.summary(),
                reason: error.to_string(),
            }),
            Ok(component) => match self.runtime.load(component.wasm).await {
                Err(error) => Err(Untested {
                    brief: error.to_string(),
                    reason: error.to_string(),
                }),
                Ok(code) => Ok(testing::run(&code, name, &config, cases, &self.room).await),
            },
        };
        Ok(TaskResult {
            project: project.owner.project.clone(),
            component_name: name.clone(),
            file: cases.file.clone(),
            cases: ran,
        })
    }
}
