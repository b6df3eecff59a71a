//! The way in: tasks go in as sources and come out as components.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::sandbox::label;
use super::workshop::{self, Workshop};
use super::{BuildError, Choice, Component, Docker, Local, Options, Parallel, go};
use crate::generate::Sources;
use crate::report::{Reporter, Stage};

/// What builds tasks, once it is known where.
pub struct Builder {
    place: Place,
    parallel: Parallel,
    validate: bool,
}

enum Place {
    Docker(Box<Docker>),
    Local(Box<Local>),
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
            Choice::Docker => Place::Docker(Box::new(Docker::connect(options).await?)),
            Choice::Local => Place::Local(Box::new(Local::find(options).await?)),
            Choice::Auto => match Docker::connect(options.clone()).await {
                Ok(docker) => Place::Docker(Box::new(docker)),
                Err(docker) => Place::Local(Box::new(Self::instead(docker, options, reporter).await?)),
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

    /// Opens what these tasks of a run are built in. Containers are started, as many as
    /// will be used at a time, and not waited for.
    ///
    /// `run` is part of the containers' names and labels; `cache` names whose Go cache it
    /// is, one for each that must not trust another.
    ///
    /// # Errors
    /// What no task can be built without: the image, the volume, or that it is cancelled.
    pub async fn open(
        &self,
        run: &str,
        cache: &str,
        tasks: &[&Sources],
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Workshop<'_>, BuildError> {
        let (machine, options) = match &self.place {
            Place::Docker(docker) => (docker.machine(), docker.options()),
            Place::Local(local) => (local.machine(), local.options()),
        };
        let width = self.parallel.on(machine, options.limits.memory);
        let opening = async {
            self.prepare(reporter).await?;
            Ok(match &self.place {
                Place::Docker(docker) => {
                    let yard = docker.open(run, cache, tasks, width, cancel).await?;
                    workshop::Place::Docker(Box::new(yard))
                }
                Place::Local(local) => workshop::Place::Local(local),
            })
        };
        let place = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(BuildError::Cancelled {
                component_name: label(tasks.iter().map(|task| task.component_name.as_str())),
            }),
            place = opening => place,
        }?;
        Ok(Workshop {
            place,
            room: Semaphore::new(width),
            width,
            validate: self.validate,
        })
    }

    /// Builds every task, in parallel as far as the machine carries it. The answers
    /// come in the order of `sources`; a task that fails stops no other.
    ///
    /// A cancelled build comes back when its containers and processes are gone; one
    /// that is dropped has them removed in the background. See [`Self::open`].
    pub async fn build(
        &self,
        run: &str,
        cache: &str,
        sources: &[Sources],
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Vec<(String, Result<Component, BuildError>)> {
        let tasks: Vec<&Sources> = sources.iter().collect();
        let names = sources.iter().map(|task| task.component_name.clone());
        let workshop = match self.open(run, cache, &tasks, reporter, cancel).await {
            Ok(workshop) => workshop,
            Err(error) => {
                let answers = tasks.iter().map(|task| Err(error.of(task, reporter)));
                return names.zip(answers.collect::<Vec<_>>()).collect();
            }
        };
        let building: Vec<_> = sources
            .iter()
            .enumerate()
            .map(|(index, task)| numbered(index, workshop.build(task, reporter, cancel)))
            .collect();
        // One beyond those that are compiled becomes a component meanwhile.
        let at_once = workshop.width() + 1;
        let mut answers: Vec<_> = stream::iter(building).buffer_unordered(at_once).collect().await;
        workshop.close().await;
        answers.sort_by_key(|(index, _)| *index);
        names.zip(answers.into_iter().map(|(_, answer)| answer)).collect()
    }
}

async fn numbered<T>(index: usize, answer: impl Future<Output = T>) -> (usize, T) {
    (index, answer.await)
}
