//! Where the tasks of one run are built.

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::yard::Yard;
use super::{BuildError, Component, Local, componentize};
use crate::generate::Sources;
use crate::report::{Reporter, Stage};

/// Where the tasks of one run are built, see [`super::Builder::open`]. Any number of them
/// may be asked for at once: as many are compiled at a time as the machine carries.
/// Call [`Self::close`] when all are built.
pub struct Workshop<'b> {
    pub(super) place: Place<'b>,
    pub(super) room: Semaphore,
    pub(super) width: usize,
    pub(super) validate: bool,
}

pub(super) enum Place<'b> {
    Docker(Box<Yard<'b>>),
    Local(&'b Local),
}

impl Workshop<'_> {
    /// How many tasks are compiled at a time.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Builds a task that the workshop was opened for, when there is room for it. Start,
    /// end and every line of output are announced under its `component_name`. What is
    /// done with the component does not keep the next task from being compiled.
    ///
    /// # Errors
    /// Why it was not built; other tasks go on.
    pub async fn build(
        &self,
        task: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Component, BuildError> {
        let cancelled = || BuildError::Cancelled {
            component_name: task.component_name.clone(),
        };
        let room = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            // It is never closed.
            room = self.room.acquire() => room.map_err(|_| cancelled())?,
        };
        let name = Some(task.component_name.as_str());
        let begun = reporter.started(name, Stage::Build);
        let core = match &self.place {
            Place::Docker(yard) => yard.compile(task, reporter, cancel).await,
            Place::Local(local) => local.compile(task, reporter, cancel).await,
        };
        drop(room);
        let outcome = match core {
            Ok(core) => self.component(core, task).await,
            Err(error) => Err(error),
        };
        match &outcome {
            Ok(component) => {
                let megabytes = component.wasm.len() as f64 / 1e6;
                reporter.finished(name, Stage::Build, begun.elapsed(), format!("{megabytes:.1} MB"));
            }
            Err(error) => reporter.failed(name, Stage::Build, error.summary()),
        }
        outcome
    }

    /// Comes back when nothing of the run is left: its containers are gone. One that is
    /// dropped instead has them removed in the background.
    pub async fn close(self) {
        if let Place::Docker(yard) = self.place {
            yard.close().await;
        }
    }

    async fn component(&self, core: Vec<u8>, task: &Sources) -> Result<Component, BuildError> {
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

impl BuildError {
    /// What a task comes to where its workshop could not be opened for this reason;
    /// announced as the end of the task.
    #[must_use]
    pub fn of(&self, task: &Sources, reporter: &Reporter) -> Self {
        let component_name = task.component_name.clone();
        match self {
            Self::Cancelled { .. } => Self::Cancelled { component_name },
            other => {
                reporter.failed(Some(&component_name), Stage::Build, other.to_string());
                other.clone()
            }
        }
    }
}
