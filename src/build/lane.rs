//! A container that waits for tasks, and its removal at every way out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::errors::Error as EngineError;
use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use tokio_util::sync::CancellationToken;

use super::BuildError;
use super::exec;
use super::log::Log;
use super::sandbox::Sandbox;
use super::step::{Ended, Step};

/// A container that was started, or is about to be: tasks go through it, one after
/// the other. Dropped without [`Self::remove`], it has itself removed in the
/// background.
pub(super) struct Lane {
    engine: bollard::Docker,
    sandbox: Arc<Sandbox>,
    name: String,
    started: Instant,
    removed: bool,
}

impl Lane {
    /// Creates and starts one. To be awaited to its end: whoever gives up in between
    /// may leave a container that is created and unknown.
    pub(super) async fn start(engine: &bollard::Docker, sandbox: &Arc<Sandbox>) -> Result<Self, BuildError> {
        let mut lane = Self {
            engine: engine.clone(),
            sandbox: Arc::clone(sandbox),
            name: sandbox.name(),
            started: Instant::now(),
            removed: false,
        };
        let options = CreateContainerOptionsBuilder::default().name(&lane.name).build();
        if let Err(error) = engine.create_container(Some(options), sandbox.body()).await {
            // An answer means that there is no container; a lost connection does not.
            if matches!(error, EngineError::DockerResponseServerError { .. }) {
                lane.removed = true;
            }
            return Err(BuildError::engine(
                format!("create the container {}", lane.name),
                &error,
            ));
        }
        match engine.start_container(&lane.name, None).await {
            Ok(()) => Ok(lane),
            Err(error) => {
                let error = BuildError::engine(format!("start the container {}", lane.name), &error);
                lane.remove().await;
                Err(error)
            }
        }
    }

    /// Runs a step to its end, its output going to `log`. A cancelled or late step is
    /// an error, and goes on until the lane is removed.
    pub(super) async fn run(
        &self,
        step: &Step<'_>,
        log: &mut Log<'_>,
        cancel: &CancellationToken,
    ) -> Result<Ended, BuildError> {
        let component_name = log.component_name().to_owned();
        let limit = self.sandbox.limits.time;
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(BuildError::Cancelled { component_name }),
            () = tokio::time::sleep(limit) => Err(BuildError::TimedOut { component_name, limit }),
            ended = exec::run(&self.engine, &self.name, &self.sandbox, step, log) => ended,
        }
    }

    /// Whether nothing runs in it but what keeps it alive, as the engine sees it from
    /// outside, and no process of it ever lacked memory.
    pub(super) async fn is_quiet(&self) -> bool {
        let (running, inspected) = tokio::join!(
            self.engine.top_processes(&self.name, None),
            self.engine.inspect_container(&self.name, None),
        );
        let alone = running.is_ok_and(|top| are_one_users(&top.processes.unwrap_or_default()));
        let state = inspected.ok().and_then(|container| container.state);
        alone && state.is_some_and(|state| state.running == Some(true) && state.oom_killed != Some(true))
    }

    /// Whether it may end by itself before its next task does.
    pub(super) fn is_worn(&self) -> bool {
        self.sandbox.is_worn(self.started.elapsed())
    }

    /// Removes the container, whatever runs in it, and comes back when it is gone.
    pub(super) async fn remove(mut self) {
        remove(&self.engine, &self.name).await;
        self.removed = true;
    }
}

/// Whether all these processes, each as `ps -ef` has it, are the same user's: what keeps
/// the lane alive is one, and no step is.
fn are_one_users(processes: &[Vec<String>]) -> bool {
    let mut users = processes.iter().map(|columns| columns.first());
    let first = users.next().flatten();
    first.is_some() && users.all(|user| user == first)
}

impl Drop for Lane {
    fn drop(&mut self) {
        if self.removed {
            return;
        }
        // Without a runtime the process is ending; the sweep finds it by its label.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (engine, name) = (self.engine.clone(), std::mem::take(&mut self.name));
            runtime.spawn(async move { remove(&engine, &name).await });
        }
    }
}

/// Removes a container by name, running or not. Comes back when it is gone, or
/// logs why it is not.
pub(super) async fn remove(engine: &bollard::Docker, name: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let mut pause = Duration::from_millis(100);
    for _ in 0..6 {
        match engine.remove_container(name, Some(options.clone())).await {
            Ok(()) | Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => return,
            Err(error) => tracing::debug!(name, %error, "a container is not removed yet"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    tracing::warn!(
        name,
        "a build container could not be removed; `docker rm --force {name}` does it by hand"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_keeps_a_lane_alive_may_be_left_in_it() {
        let ps = |users: &[&str]| -> Vec<Vec<String>> {
            let line = |user: &&str| vec![(*user).to_owned(), "1".to_owned(), "sleep 1".to_owned()];
            users.iter().map(line).collect()
        };
        assert!(are_one_users(&ps(&["65533"])));
        assert!(are_one_users(&ps(&["65533", "65533"])));
        assert!(!are_one_users(&ps(&["65533", "65532"])));
        assert!(!are_one_users(&[]));
        assert!(!are_one_users(&[Vec::new()]));
    }
}
