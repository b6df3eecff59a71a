//! One task, built and ready to be called on this machine.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::cases::configuration;
use super::{Cause, PreparedProject, PreparedTask, Request, RunError};
use crate::report::{Reporter, Stage};
use crate::runtime::{Code, Compiler, Limits, Options, Runtime, Sql};
use crate::services::Services;
use crate::testing::{self, Called};

/// Bytes of a call's log that are kept.
const LOG: usize = 4 << 20;

/// A task that can be called.
#[derive(Debug)]
pub struct Callable {
    component_name: String,
    code: Code,
    config: BTreeMap<String, String>,
    sql: Sql,
    /// How long compiling to a component took.
    pub build: Duration,
    /// How long it took to make machine code of it, or to find that in the cache.
    pub load: Duration,
}

impl Callable {
    /// The same with a database that its rows are written to; without, they are only
    /// given back.
    #[must_use]
    pub fn with_database(self, sql: Sql) -> Self {
        Self { sql, ..self }
    }

    /// Gives the task an input.
    pub async fn call(&self, input: Bytes) -> Called {
        let limit = Limits::default().time;
        testing::call(
            &self.code,
            &self.component_name,
            &self.config,
            &self.sql,
            input,
            limit,
            LOG,
        )
        .await
    }
}

/// Builds and loads one task; `reporter` hears why that fails. `calls` is how often it will be called: many are worth
/// better machine code.
pub async fn callable(
    request: &Request<'_>,
    (project, prepared): (&PreparedProject, &PreparedTask),
    calls: usize,
    services: &Services,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<Result<Callable, Cause>, RunError> {
    let config = configuration(&prepared.task, &project.owner, services)?;
    let builder = services.builder(reporter).await?;
    let begun = Instant::now();
    let sources = [prepared.sources.clone()];
    let built = builder.build(request.run, request.repository, &sources, reporter, cancel);
    let component = match built.await.pop() {
        _ if cancel.is_cancelled() => return Err(RunError::Cancelled),
        Some((_, Ok(component))) => component,
        Some((_, Err(error))) => return Ok(Err(Cause::from(&error))),
        None => return Err(RunError::Cancelled),
    };
    let build = begun.elapsed();
    let begun = Instant::now();
    let runtime = runtime(compiler_for(calls), services)?;
    let code = match runtime.load(component.wasm).await {
        Ok(code) => code,
        Err(error) => {
            let name = prepared.task.component_name.as_str();
            reporter.failed(Some(name), Stage::Build, error.to_string());
            return Ok(Err(Cause::failed(error.to_string())));
        }
    };
    Ok(Ok(Callable {
        component_name: prepared.task.component_name.clone(),
        code,
        config,
        sql: Sql::rehearsed(),
        build,
        load: begun.elapsed(),
    }))
}

fn compiler_for(calls: usize) -> Compiler {
    match calls {
        0..=1 => Compiler::Quick,
        _ => Compiler::Thorough,
    }
}

/// A runtime that keeps its machine code beside our other caches.
pub(super) fn runtime(compiler: Compiler, services: &Services) -> Result<Runtime, RunError> {
    let options = Options {
        compiler,
        limits: Limits {
            // A call at a time, or a few cases.
            instances: 64,
            ..Limits::default()
        },
        cache: Some(services.compiled()),
    };
    Ok(Runtime::new(&options)?)
}
