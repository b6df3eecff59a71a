//! One step in one container, and its removal at every way out.

use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error as EngineError;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder,
    WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::BuildError;
use super::log::Log;
use super::step::{Ended, Step};

/// The exit code of what was killed; nobody but the kernel does that.
const KILLED: i64 = 137;

/// A container that exists, or is about to. Dropped without [`Self::remove`], it
/// has itself removed in the background.
pub(super) struct Container {
    engine: bollard::Docker,
    name: String,
    removed: bool,
}

impl Container {
    /// Creates the container of a step, without starting it. A caller that stops
    /// waiting does not leave it behind: the engine's answer is awaited all the same.
    pub(super) async fn create(
        engine: &bollard::Docker,
        step: &Step<'_>,
        component_name: &str,
    ) -> Result<Self, BuildError> {
        let name = step.container_name(component_name);
        let body = step.body(component_name);
        let mut container = Self {
            engine: engine.clone(),
            name: name.clone(),
            removed: false,
        };
        let creating = tokio::spawn(async move {
            let options = CreateContainerOptionsBuilder::default().name(&name).build();
            match container.engine.create_container(Some(options), body).await {
                Ok(_) => Ok(container),
                Err(error) => {
                    // An answer means that there is no container; a lost connection
                    // does not.
                    if matches!(error, EngineError::DockerResponseServerError { .. }) {
                        container.forget();
                    }
                    Err(BuildError::engine(format!("create the container {name}"), &error))
                }
            }
        });
        creating
            .await
            .map_err(|error| BuildError::unexpected("create a container", error.to_string()))?
    }

    /// Runs the step to its end, its output going to `log`. A cancelled or late
    /// step is an error; either way the container is gone when this returns.
    pub(super) async fn run(
        mut self,
        step: &Step<'_>,
        log: &mut Log<'_>,
        cancel: &CancellationToken,
    ) -> Result<Ended, BuildError> {
        let component_name = log.component_name().to_owned();
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(BuildError::Cancelled { component_name }),
            () = tokio::time::sleep(step.limits.time) => Err(BuildError::TimedOut { component_name, limit: step.limits.time }),
            ended = self.to_its_end(step, log) => ended,
        };
        self.remove().await;
        outcome
    }

    async fn to_its_end(&self, step: &Step<'_>, log: &mut Log<'_>) -> Result<Ended, BuildError> {
        let failed = |doing: &str, error: EngineError| {
            BuildError::engine(format!("{doing} the container {}", self.name), &error)
        };
        // Attached before it starts, so that no output is missed.
        let options = AttachContainerOptionsBuilder::default()
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .stream(true)
            .build();
        let attached = self.engine.attach_container(&self.name, Some(options)).await;
        let attached = attached.map_err(|error| failed("attach to", error))?;
        self.engine
            .start_container(&self.name, None)
            .await
            .map_err(|error| failed("start", error))?;
        let stdout = exchange(attached, step, log)
            .await?
            .map_err(|error| failed("read from", error))?;
        let code = self.exit_code().await.map_err(|error| failed("wait for", error))?;
        let out_of_memory = code != 0 && (code == KILLED || log.tells_of_a_kill() || self.out_of_memory().await);
        Ok(Ended {
            code,
            stdout,
            out_of_memory,
        })
    }

    async fn exit_code(&self) -> Result<i64, EngineError> {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        let mut answers = pin!(self.engine.wait_container(&self.name, Some(options)));
        match answers.next().await {
            Some(Ok(answer)) => Ok(answer.status_code),
            // The client library makes an error of every code but 0.
            Some(Err(EngineError::DockerContainerWaitError { code, error })) if error.is_empty() => Ok(code),
            Some(Err(error)) => Err(error),
            None => Err(EngineError::RequestTimeoutError),
        }
    }

    async fn out_of_memory(&self) -> bool {
        let inspected = self.engine.inspect_container(&self.name, None).await;
        inspected.is_ok_and(|container| container.state.and_then(|state| state.oom_killed).unwrap_or(false))
    }

    /// There is nothing to remove.
    fn forget(&mut self) {
        self.removed = true;
    }

    /// Removes the container, running or not, and comes back when it is gone.
    async fn remove(&mut self) {
        remove(&self.engine, &self.name).await;
        self.forget();
    }
}

impl Drop for Container {
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

/// Feeds the step and takes in what it says and makes, until it closes both.
async fn exchange(
    attached: AttachContainerResults,
    step: &Step<'_>,
    log: &mut Log<'_>,
) -> Result<Result<Vec<u8>, EngineError>, BuildError> {
    let AttachContainerResults { mut output, mut input } = attached;
    let mut feed = pin!(async move {
        // A step that stops reading has said why, or its exit code does.
        if input.write_all(step.stdin).await.is_ok() {
            let _ = input.shutdown().await;
        }
        input
    });
    let mut fed = None;
    let mut stdout = Vec::new();
    loop {
        let item = tokio::select! {
            item = output.next() => item,
            input = &mut feed, if fed.is_none() => {
                fed = Some(input);
                continue;
            }
        };
        match item {
            None => return Ok(Ok(stdout)),
            // A proxy before the engine may hang up without a farewell. Whether all
            // has come is told by the exit code and the length that goes before.
            Some(Err(EngineError::IOError { err })) if err.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Ok(stdout));
            }
            Some(Err(error)) => return Ok(Err(error)),
            Some(Ok(LogOutput::StdOut { message })) => {
                if (stdout.len() + message.len()) as u64 > step.limits.module {
                    return Err(BuildError::ModuleTooLarge {
                        component_name: log.component_name().to_owned(),
                        limit: step.limits.module,
                    });
                }
                stdout.extend_from_slice(&message);
            }
            Some(Ok(other)) => log.push(&other.into_bytes()),
        }
    }
}
