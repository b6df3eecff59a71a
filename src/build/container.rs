//! One step in one container, and its removal at every way out.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::time::Duration;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error as EngineError;
use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, ResourcesUlimits,
};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder,
    WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::log::Log;
use super::{BuildError, Limits};

/// The label that names a container's run.
pub(super) const RUN: &str = "pelato.run";
/// The label that names a container's task.
const TASK: &str = "pelato.task";
/// Nobody: no account in the image has this number.
const USER: &str = "65532:65532";
/// The exit code of what was killed; nobody but the kernel does that.
const KILLED: i64 = 137;

/// One step of one task.
pub(super) struct Step<'a> {
    /// The run it belongs to.
    pub(super) run: &'a str,
    /// `fetch` or `compile`.
    pub(super) name: &'a str,
    /// The image it runs in.
    pub(super) image: &'a str,
    /// What runs.
    pub(super) command: Vec<String>,
    /// `NAME=value`, beyond what the image sets.
    pub(super) environment: Vec<String>,
    /// The volume at `/cache`.
    pub(super) volume: &'a str,
    /// Whether there is any network but the loopback.
    pub(super) network: bool,
    /// What it may take.
    pub(super) limits: Limits,
    /// What it reads.
    pub(super) stdin: &'a [u8],
}

/// How a step ended by itself.
pub(super) struct Ended {
    /// Its exit code.
    pub(super) code: i64,
    /// What it made.
    pub(super) stdout: Vec<u8>,
    /// Whether the kernel stopped a process of it for want of memory.
    pub(super) out_of_memory: bool,
}

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
        let name = name(step.run, component_name, step.name);
        let body = body(step, component_name);
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
                    Err(BuildError::engine(
                        format!("create the container {name}"),
                        error,
                    ))
                }
            }
        });
        creating
            .await
            .map_err(|error| BuildError::engine("create a container", error))?
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
            BuildError::engine(format!("{doing} the container {}", self.name), error)
        };
        // Attached before it starts, so that no output is missed.
        let options = AttachContainerOptionsBuilder::default()
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .stream(true)
            .build();
        let attached = self
            .engine
            .attach_container(&self.name, Some(options))
            .await;
        let attached = attached.map_err(|error| failed("attach to", error))?;
        self.engine
            .start_container(&self.name, None)
            .await
            .map_err(|error| failed("start", error))?;
        let stdout = exchange(attached, step, log)
            .await?
            .map_err(|error| failed("read from", error))?;
        let code = self
            .exit_code()
            .await
            .map_err(|error| failed("wait for", error))?;
        let out_of_memory =
            code != 0 && (code == KILLED || log.tells_of_a_kill() || self.out_of_memory().await);
        Ok(Ended {
            code,
            stdout,
            out_of_memory,
        })
    }

    async fn exit_code(&self) -> Result<i64, EngineError> {
        let options = WaitContainerOptionsBuilder::default()
            .condition("not-running")
            .build();
        let mut answers = pin!(self.engine.wait_container(&self.name, Some(options)));
        match answers.next().await {
            Some(Ok(answer)) => Ok(answer.status_code),
            // The client library makes an error of every code but 0.
            Some(Err(EngineError::DockerContainerWaitError { code, error }))
                if error.is_empty() =>
            {
                Ok(code)
            }
            Some(Err(error)) => Err(error),
            None => Err(EngineError::RequestTimeoutError),
        }
    }

    async fn out_of_memory(&self) -> bool {
        let inspected = self.engine.inspect_container(&self.name, None).await;
        inspected.is_ok_and(|container| {
            container
                .state
                .and_then(|state| state.oom_killed)
                .unwrap_or(false)
        })
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
    let options = RemoveContainerOptionsBuilder::default()
        .force(true)
        .v(true)
        .build();
    let mut pause = Duration::from_millis(100);
    for _ in 0..6 {
        match engine.remove_container(name, Some(options.clone())).await {
            Ok(())
            | Err(EngineError::DockerResponseServerError {
                status_code: 404, ..
            }) => return,
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
    let AttachContainerResults {
        mut output,
        mut input,
    } = attached;
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

/// `pelato-<run>-<component>-<step>-<6 random digits>`. The digits keep two
/// projects of one run apart that name a component alike.
fn name(run: &str, component_name: &str, step: &str) -> String {
    let part = |text: &str| -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        text.chars()
            .take(64)
            .map(|c| if allowed(c) { c } else { '-' })
            .collect()
    };
    let random = RandomState::new().build_hasher().finish() & 0xff_ffff;
    format!(
        "pelato-{}-{}-{step}-{random:06x}",
        part(run),
        part(component_name)
    )
}

fn body(step: &Step<'_>, component_name: &str) -> ContainerCreateBody {
    let Limits {
        memory,
        cores,
        pids,
        file,
        ..
    } = step.limits;
    let memory = i64::try_from(memory).unwrap_or(i64::MAX);
    let most = |name: &str, value: i64| ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    };
    let tmpfs =
        |size: u64| format!("rw,noexec,nosuid,nodev,size={size},uid=65532,gid=65532,mode=0700");
    ContainerCreateBody {
        image: Some(step.image.to_owned()),
        user: Some(USER.to_owned()),
        hostname: Some("build".to_owned()),
        cmd: Some(step.command.clone()),
        entrypoint: Some(Vec::new()),
        env: Some(step.environment.clone()),
        working_dir: Some("/work".to_owned()),
        labels: Some(HashMap::from([
            (RUN.to_owned(), step.run.to_owned()),
            (TASK.to_owned(), component_name.to_owned()),
        ])),
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        network_disabled: Some(!step.network),
        host_config: Some(HostConfig {
            network_mode: Some(if step.network { "bridge" } else { "none" }.to_owned()),
            ipc_mode: Some("none".to_owned()),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".to_owned()]),
            security_opt: Some(vec!["no-new-privileges".to_owned()]),
            memory: Some(memory),
            // Equal to the memory: no swap on top of it.
            memory_swap: Some(memory),
            nano_cpus: i64::try_from(cores)
                .ok()
                .map(|cores| cores.saturating_mul(1_000_000_000)),
            pids_limit: Some(pids),
            ulimits: Some(vec![
                most("fsize", file),
                most("nofile", 4096),
                most("core", 0),
            ]),
            tmpfs: Some(HashMap::from([
                // Sources and, unpacked, not more than that.
                (
                    "/work".to_owned(),
                    tmpfs(step.limits.sources.saturating_mul(2)),
                ),
                ("/tmp".to_owned(), tmpfs(step.limits.memory / 2)),
            ])),
            mounts: Some(vec![Mount {
                typ: Some(MountType::VOLUME),
                source: Some(step.volume.to_owned()),
                target: Some("/cache".to_owned()),
                ..Mount::default()
            }]),
            // The output is read by attaching; a copy on the engine's disk would grow.
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_run_component_and_step() {
        let name = name("01J9", "to_kelvin", "compile");
        let (stem, random) = name.rsplit_once('-').unwrap();
        assert_eq!(stem, "pelato-01J9-to_kelvin-compile");
        assert_eq!(random.len(), 6);
    }

    #[test]
    fn a_name_is_one_that_the_engine_takes() {
        let name = name("../run 1", &"ü".repeat(4000), "fetch");
        assert!(name.len() < 200);
        assert!(
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "{name}"
        );
    }

    #[test]
    fn equal_components_of_one_run_do_not_collide() {
        assert_ne!(name("1", "t", "compile"), name("1", "t", "compile"));
    }
}
