//! The Docker engine, wherever it is.

use std::time::Duration;

use bollard::errors::Error as EngineError;

use super::BuildError;
use super::parallel::Machine;

/// How long an engine may take to say who it is.
const ANSWER: Duration = Duration::from_secs(10);
/// Where Docker listens when `DOCKER_HOST` says nothing.
const SOCKET: &str = "unix:///var/run/docker.sock";

/// Finds the engine at `host` or at Docker's default socket, settles on a version of
/// its interface that both sides know, and asks what its machine has.
pub(super) async fn connect(host: Option<&str>) -> Result<(bollard::Docker, Machine), BuildError> {
    let address = host.unwrap_or(SOCKET).to_owned();
    // An engine behind TLS (`DOCKER_TLS_VERIFY`) needs one; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ask = async {
        let engine = bollard::Docker::connect_with_host(&address)?
            .negotiate_version()
            .await?;
        let info = engine.info().await?;
        Ok::<_, EngineError>((engine, info))
    };
    let reason = match tokio::time::timeout(ANSWER, ask).await {
        Ok(Ok((engine, info))) => {
            let machine = Machine {
                cores: info
                    .ncpu
                    .and_then(|cores| usize::try_from(cores).ok())
                    .unwrap_or(1)
                    .max(1),
                memory: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
            };
            return Ok((engine, machine));
        }
        Ok(Err(error)) => innermost(&error),
        Err(_) => format!("no answer within {} s", ANSWER.as_secs()),
    };
    let reason = if reason.contains("ermission denied") {
        format!("{reason} (does your user belong to the group `docker`?)")
    } else {
        reason
    };
    Err(BuildError::DockerUnreachable { address, reason })
}

/// What the system says: the errors around it say no more than "client error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
