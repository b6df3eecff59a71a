//! A program of this machine, run to its end or stopped with all it started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::BuildError;
use super::log::Log;

/// A program and all that it may see.
pub(super) struct Program<'a> {
    /// Its absolute path.
    pub(super) path: &'a Path,
    /// What it is called with.
    pub(super) arguments: Vec<String>,
    /// Where it runs.
    pub(super) folder: PathBuf,
    /// Its whole environment.
    pub(super) environment: Vec<(String, OsString)>,
    /// How long it may take.
    pub(super) time: Duration,
}

/// Runs it, its output going to `log`; whether it ended well. A cancelled or late
/// one is stopped together with its children.
pub(super) async fn run(
    program: Program<'_>,
    log: &mut Log<'_>,
    cancel: &CancellationToken,
) -> Result<bool, BuildError> {
    let failed = |error: std::io::Error| BuildError::machine(format!("run {}", program.path.display()), error);
    let mut command = Command::new(program.path);
    command
        .args(&program.arguments)
        .current_dir(&program.folder)
        .env_clear()
        .envs(program.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(failed)?;
    let mut group = Group::of(&child);
    let component_name = log.component_name().to_owned();
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(BuildError::Cancelled { component_name }),
        () = tokio::time::sleep(program.time) => Err(BuildError::TimedOut { component_name, limit: program.time }),
        status = to_its_end(&mut child, log) => match (status.map_err(failed)?, log.is_flooded()) {
            (Some(status), _) => {
                group.ended();
                Ok(status.success())
            }
            (None, limit) => Err(BuildError::TooMuchOutput { component_name, limit: limit.unwrap_or_default() }),
        }
    }
}

/// How it ended; none where it prints more than can be endured, and goes on.
async fn to_its_end(child: &mut Child, log: &mut Log<'_>) -> std::io::Result<Option<std::process::ExitStatus>> {
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    let (mut from_stdout, mut from_stderr) = ([0; 8 << 10], [0; 8 << 10]);
    while stdout.is_some() || stderr.is_some() {
        tokio::select! {
            read = read(&mut stdout, &mut from_stdout), if stdout.is_some() => match read? {
                0 => stdout = None,
                bytes => log.push(&from_stdout[..bytes]),
            },
            read = read(&mut stderr, &mut from_stderr), if stderr.is_some() => match read? {
                0 => stderr = None,
                bytes => log.push(&from_stderr[..bytes]),
            },
        }
        if log.is_flooded().is_some() {
            return Ok(None);
        }
    }
    child.wait().await.map(Some)
}

async fn read(from: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> std::io::Result<usize> {
    match from {
        Some(from) => from.read(buffer).await,
        None => Ok(0),
    }
}

/// The processes of a program. Dropped before the program ended, it stops them all:
/// Go's compilers do not end with the `go` that started them.
struct Group {
    leader: Option<i32>,
}

impl Group {
    fn of(child: &Child) -> Self {
        Self {
            leader: child.id().and_then(|id| i32::try_from(id).ok()),
        }
    }

    /// The leader was waited for: its number may belong to another process now.
    fn ended(&mut self) {
        self.leader = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.leader.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
