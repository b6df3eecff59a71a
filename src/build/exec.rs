//! One step, run in a container that is there.

use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error as EngineError;
use bollard::exec::{StartExecOptions, StartExecResults};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use super::BuildError;
use super::log::Log;
use super::sandbox::Sandbox;
use super::step::{CROWDED, Ended, Excess, KILLED, NO_PROCESS, OVERFULL, Step};

/// Between two looks at a step whose output has ended and which has not.
const PAUSE: Duration = Duration::from_millis(5);

/// Between two looks at a lane that may be ending, and how many there are.
const LOOKS: (Duration, u32) = (Duration::from_millis(20), 50);

/// Runs a step in the container `lane` to its end, its output going to `log`. It has no
/// clock: dropped, it leaves the step to itself.
pub(super) async fn run(
    engine: &bollard::Docker,
    lane: &str,
    sandbox: &Sandbox,
    step: &Step<'_>,
    log: &mut Log<'_>,
) -> Result<Ended, BuildError> {
    let ended = carry_out(engine, lane, sandbox, step, log).await;
    let (code, stdout) = match ended {
        Ok((code, stdout)) => (code, stdout),
        // A lane that ended takes its steps along, begun or not.
        Err(error @ BuildError::Engine { .. }) => {
            let excess = Seen::ended(engine, lane).await.excess();
            return match excess {
                Some(_) => Ok(Ended {
                    code: KILLED,
                    stdout: Vec::new(),
                    excess,
                }),
                None => Err(error),
            };
        }
        Err(error) => return Err(error),
    };
    let excess = match code {
        0 => None,
        CROWDED => Some(Excess::Processes),
        KILLED => Some(Seen::ended(engine, lane).await.excess().unwrap_or(Excess::Memory)),
        _ if log.tells_of_a_kill() || Seen::now(engine, lane).await.lacked_memory => Some(Excess::Memory),
        _ => None,
    };
    Ok(Ended { code, stdout, excess })
}

/// The exit code of a step and what it made.
async fn carry_out(
    engine: &bollard::Docker,
    lane: &str,
    sandbox: &Sandbox,
    step: &Step<'_>,
    log: &mut Log<'_>,
) -> Result<(i64, Vec<u8>), BuildError> {
    let failed = |doing: &str, error: EngineError| BuildError::engine(format!("{doing} the container {lane}"), &error);
    let created = engine.create_exec(lane, sandbox.exec(step)).await;
    let id = created.map_err(|error| failed("prepare a step in", error))?.id;
    let started = engine.start_exec(&id, None::<StartExecOptions>).await;
    let started = started.map_err(|error| failed("start a step in", error))?;
    let stdout = exchange(started, sandbox.limits.module, step, log)
        .await?
        .map_err(|error| failed("read from", error))?;
    loop {
        let inspected = engine.inspect_exec(&id).await;
        let inspected = inspected.map_err(|error| failed("ask for the end of a step in", error))?;
        match inspected.exit_code {
            Some(code) if inspected.running != Some(true) => return Ok((code, stdout)),
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// What the engine says of a lane.
#[derive(Default)]
struct Seen {
    /// How it ended, where it did.
    code: Option<i64>,
    /// Whether the engine saw the kernel kill a process of it. Engine 20.10 says so of the
    /// process that keeps it alive alone; later ones of any.
    lacked_memory: bool,
}

impl Seen {
    async fn now(engine: &bollard::Docker, lane: &str) -> Self {
        let inspected = engine.inspect_container(lane, None).await;
        let state = inspected.ok().and_then(|container| container.state);
        state.map_or_else(Self::default, |state| Self {
            code: state.exit_code.filter(|_| state.running == Some(false)),
            lacked_memory: state.oom_killed == Some(true),
        })
    }

    /// The same, after a moment in which the engine may notice that it has ended: its
    /// steps are seen to end first.
    async fn ended(engine: &bollard::Docker, lane: &str) -> Self {
        let (pause, looks) = LOOKS;
        for _ in 0..looks {
            let seen = Self::now(engine, lane).await;
            if seen.code.is_some() || seen.lacked_memory {
                return seen;
            }
            tokio::time::sleep(pause).await;
        }
        Self::default()
    }

    fn excess(&self) -> Option<Excess> {
        match self.code {
            Some(OVERFULL) => Some(Excess::Room),
            Some(NO_PROCESS) => Some(Excess::Processes),
            _ => self.lacked_memory.then_some(Excess::Memory),
        }
    }
}

/// Feeds the step and takes in what it says and makes, until it closes both.
async fn exchange(
    started: StartExecResults,
    limit: u64,
    step: &Step<'_>,
    log: &mut Log<'_>,
) -> Result<Result<Vec<u8>, EngineError>, BuildError> {
    let StartExecResults::Attached { mut output, mut input } = started else {
        return Err(BuildError::unexpected("start a step", "it is not attached to it"));
    };
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
                if (stdout.len() + message.len()) as u64 > limit {
                    return Err(BuildError::ModuleTooLarge {
                        component_name: log.component_name().to_owned(),
                        limit,
                    });
                }
                stdout.extend_from_slice(&message);
            }
            Some(Ok(other)) => {
                log.push(&other.into_bytes());
                if let Some(limit) = log.is_flooded() {
                    return Err(BuildError::TooMuchOutput {
                        component_name: log.component_name().to_owned(),
                        limit,
                    });
                }
            }
        }
    }
}
