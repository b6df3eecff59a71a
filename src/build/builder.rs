//! The way in: tasks go in as sources and come out as components.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::{BuildError, Choice, Component, Docker, Local, Options, Parallel, componentize, go};
use crate::generate::Sources;
use crate::report::{Reporter, Stage};

/// What builds tasks, once it is known where.
pub struct Builder {
    place: Place,
    parallel: Parallel,
    validate: bool,
}

enum Place {
    Docker(Docker),
    Local(Local),
}

impl Builder {
    /// Settles where tasks are built. `Auto` says so on `reporter` when it is not
    /// Docker.
    ///
    /// # Errors
    /// [`BuildError::DockerUnreachable`] or [`BuildError::Go`] where the one that was
    /// asked for is not there, [`BuildError::NoBuilder`] where neither is.
    pub async fn choose(
        choice: Choice,
        parallel: Parallel,
        options: Options,
        reporter: &Reporter,
    ) -> Result<Self, BuildError> {
        let validate = options.validate;
        let place = match choice {
            Choice::Docker => Place::Docker(Docker::connect(options).await?),
            Choice::Local => Place::Local(Local::find(options).await?),
            Choice::Auto => match Docker::connect(options.clone()).await {
                Ok(docker) => Place::Docker(docker),
                Err(docker) => Place::Local(Self::instead(docker, options, reporter).await?),
            },
        };
        Ok(Self {
            place,
            parallel,
            validate,
        })
    }

    async fn instead(docker: BuildError, options: Options, reporter: &Reporter) -> Result<Local, BuildError> {
        let first = |error: &BuildError| match error {
            BuildError::DockerUnreachable { address, reason } => {
                format!("no Docker engine answers at {address} ({reason})")
            }
            BuildError::Go { found, .. } => found.clone(),
            other => other.to_string(),
        };
        let local = Local::find(options).await.map_err(|go| BuildError::NoBuilder {
            docker: first(&docker),
            go: first(&go),
            oldest: go::oldest(),
        })?;
        let text = format!(
            "{}: building with this machine's {}, without a sandbox",
            first(&docker),
            local.toolchain()
        );
        reporter.line(None, Stage::Build, text);
        Ok(local)
    }

    /// `docker` or `local`.
    pub fn name(&self) -> &'static str {
        match &self.place {
            Place::Docker(_) => "docker",
            Place::Local(_) => "local",
        }
    }

    /// The Docker builder, where it is that: for the sweep after a restart.
    pub fn docker(&self) -> Option<&Docker> {
        match &self.place {
            Place::Docker(docker) => Some(docker),
            Place::Local(_) => None,
        }
    }

    /// The version of Go that compiles, `go1.26.8`. Starts no container; builds the
    /// image where it is missing, so call [`Self::prepare`] before to have that
    /// announced.
    ///
    /// # Errors
    /// Where the image cannot be looked at or built.
    pub async fn toolchain(&self) -> Result<String, BuildError> {
        match &self.place {
            Place::Docker(docker) => docker.toolchain().await,
            Place::Local(local) => Ok(local.toolchain().to_owned()),
        }
    }

    /// Makes ready what every task needs: the build image. How long that took.
    ///
    /// # Errors
    /// [`BuildError::Image`] where it cannot be built.
    pub async fn prepare(&self, reporter: &Reporter) -> Result<Duration, BuildError> {
        match &self.place {
            Place::Docker(docker) => docker.prepare(reporter).await,
            Place::Local(_) => Ok(Duration::ZERO),
        }
    }

    /// Builds every task, in parallel as far as the machine carries it. The answers
    /// come in the order of `sources`; a task that fails stops no other. Start, end
    /// and every line of output are announced under the task's `component_name`.
    ///
    /// `run` is part of the containers' names and labels; `cache` names whose Go
    /// cache it is, one for each repository.
    ///
    /// A cancelled build comes back when its containers and processes are gone; one
    /// that is dropped has them removed in the background.
    pub async fn build(
        &self,
        run: &str,
        cache: &str,
        sources: &[Sources],
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Vec<(String, Result<Component, BuildError>)> {
        let all = |error: &BuildError| {
            let answers = sources
                .iter()
                .map(|task| (task.component_name.clone(), Err(error.clone())));
            answers.collect()
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            prepared = self.prepare(reporter) => if let Err(error) = prepared {
                for task in sources {
                    reporter.failed(Some(&task.component_name), Stage::Build, error.to_string());
                }
                return all(&error);
            },
        }
        let (machine, limits) = match &self.place {
            Place::Docker(docker) => (docker.machine(), docker.limits()),
            Place::Local(local) => (local.machine(), local.limits()),
        };
        let width = self.parallel.on(machine, limits.memory);
        let building: Vec<_> = sources
            .iter()
            .enumerate()
            .map(|(index, task)| self.numbered(index, run, cache, task, reporter, cancel))
            .collect();
        let mut answers: Vec<_> = stream::iter(building).buffer_unordered(width).collect().await;
        answers.sort_by_key(|(index, _)| *index);
        let names = sources.iter().map(|task| task.component_name.clone());
        names.zip(answers.into_iter().map(|(_, answer)| answer)).collect()
    }

    async fn numbered(
        &self,
        index: usize,
        run: &str,
        cache: &str,
        task: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> (usize, Result<Component, BuildError>) {
        (index, self.announced(run, cache, task, reporter, cancel).await)
    }

    async fn announced(
        &self,
        run: &str,
        cache: &str,
        task: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Component, BuildError> {
        let name = Some(task.component_name.as_str());
        if cancel.is_cancelled() {
            return Err(BuildError::Cancelled {
                component_name: task.component_name.clone(),
            });
        }
        let begun = reporter.started(name, Stage::Build);
        let outcome = self.one(run, cache, task, reporter, cancel).await;
        match &outcome {
            Ok(component) => {
                let megabytes = component.wasm.len() as f64 / 1e6;
                reporter.finished(name, Stage::Build, begun.elapsed(), format!("{megabytes:.1} MB"));
            }
            Err(error) => reporter.failed(name, Stage::Build, error.summary()),
        }
        outcome
    }

    async fn one(
        &self,
        run: &str,
        cache: &str,
        task: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Component, BuildError> {
        let core = match &self.place {
            Place::Docker(docker) => docker.compile(run, cache, task, reporter, cancel).await?,
            Place::Local(local) => local.compile(task, reporter, cancel).await?,
        };
        let validate = self.validate;
        let (name, wit, world) = (task.component_name.clone(), task.wit.clone(), task.world.clone());
        let encoded = tokio::task::spawn_blocking(move || {
            Ok(Component::new(&name, componentize(&core, &wit, &world, validate)?))
        })
        .await;
        encoded.map_err(|error| BuildError::Componentize {
            world: task.world.clone(),
            reason: error.to_string(),
        })?
    }
}
