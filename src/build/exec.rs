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
use super::step::{Ended, KILLED, Step};

/// Between two looks at a step whose output has ended and which has not.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs a step in the container `lane` to its end, its output going to `log`. It has no
/// clock: dropped, it leaves the step to itself.
pub(super) async fn run(
    engine: &bollard::Docker,
    lane: &str,
    sandbox: &Sandbox,
    step: &Step<'_>,
    log: &mut Log<'_>,
) -> Result<Ended, BuildError> {
    let failed = |doing: &str, error: EngineError| BuildError::engine(format!("{doing} the container {lane}"), &error);
    let created = engine.create_exec(lane, sandbox.exec(step)).await;
    let id = created.map_err(|error| failed("prepare a step in", error))?.id;
    let started = engine.start_exec(&id, None::<StartExecOptions>).await;
    let started = started.map_err(|error| failed("start a step in", error))?;
    let stdout = exchange(started, sandbox.limits.module, step, log)
        .await?
        .map_err(|error| failed("read from", error))?;
    let code = loop {
        let inspected = engine.inspect_exec(&id).await;
        let inspected = inspected.map_err(|error| failed("ask for the end of a step in", error))?;
        match inspected.exit_code {
            Some(code) if inspected.running != Some(true) => break code,
            _ => tokio::time::sleep(PAUSE).await,
        }
    };
    let out_of_memory = code != 0 && (code == KILLED || log.tells_of_a_kill() || lacked_memory(engine, lane).await);
    Ok(Ended {
        code,
        stdout,
        out_of_memory,
    })
}

/// Whether the engine saw the kernel kill a process of the container. Engine 20.10 says
/// so of the process that keeps it alive alone; later ones of any.
async fn lacked_memory(engine: &bollard::Docker, lane: &str) -> bool {
    let inspected = engine.inspect_container(lane, None).await;
    inspected.is_ok_and(|container| container.state.and_then(|state| state.oom_killed).unwrap_or(false))
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
            Some(Ok(other)) => log.push(&other.into_bytes()),
        }
    }
}
