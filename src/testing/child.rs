//! Cases in a process of their own, for code of strangers: this process holds
//! credentials, that one holds nothing.
//!
//! The child is this very program. It has an empty environment and limits that it
//! sets itself before it sees any code, and it ends with its parent.

#[cfg(feature = "local")]
mod limits;
mod wire;
#[cfg(feature = "local")]
mod work;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{CaseResult, Cases};
use wire::{Answer, Request};
#[cfg(feature = "local")]
pub use work::work;

/// The hidden command that the child is started with.
const COMMAND: &str = "run-cases";
/// For compiling, on a machine that does a lot else.
const LOADING: Duration = Duration::from_secs(120);
/// All cases of a task together take no longer than this.
const LONGEST: Duration = Duration::from_secs(900);
/// Bytes of an answer that are read.
const MOST_ANSWER: usize = 64 << 20;
/// Bytes of its stderr that are repeated.
const MOST_SAID: usize = 2 << 10;

/// Why no cases were run, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChildError {
    /// This program is one that cannot run components.
    #[error("cases cannot be run: this pelato was built without the feature `local`; install one that has it")]
    NotOffered,
    /// The machine has no room for another process, or the program is gone.
    #[error("cases cannot be run: {program} does not start: {reason}")]
    Start {
        /// What was started.
        program: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Somebody cancelled the run.
    #[error("cancelled")]
    Cancelled,
    /// The task cannot be loaded.
    #[error("the task cannot be loaded to run its cases: {0}")]
    Load(String),
    /// It took too long altogether.
    #[error("the cases took longer than {} s altogether, and were stopped", .0.as_secs())]
    TooLong(Duration),
    /// It said too much.
    #[error("the process that ran the cases was stopped: its answer passed {} MiB", .0 >> 20)]
    TooMuch(usize),
    /// It ended before it answered.
    #[error("the process that ran the cases {0}")]
    Died(String),
}

impl ChildError {
    /// Whether the task itself is at fault, and not what surrounds it.
    pub fn is_the_tasks(&self) -> bool {
        !matches!(self, Self::NotOffered | Self::Start { .. } | Self::Cancelled)
    }
}

/// What runs cases in a process of their own.
#[derive(Clone, Debug)]
pub struct Child {
    program: Option<PathBuf>,
    /// One process uses every core.
    room: Arc<Semaphore>,
}

impl Child {
    /// Starts this program itself. Where the library is used by another program,
    /// that one cannot do it: name `pelato` with [`Child::new`].
    pub fn of_this_program() -> Self {
        Self {
            program: None,
            room: Arc::new(Semaphore::new(1)),
        }
    }

    /// Starts the `pelato` at `program`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: Some(program.into()),
            ..Self::of_this_program()
        }
    }

    /// Runs the cases of the task `component_name` against its component. One task
    /// after the other: the cases of one use every core.
    pub async fn run(
        &self,
        component_name: &str,
        config: &BTreeMap<String, String>,
        cases: &Cases,
        wasm: &[u8],
        cancel: &CancellationToken,
    ) -> Result<Vec<CaseResult>, ChildError> {
        if !cfg!(feature = "local") {
            return Err(ChildError::NotOffered);
        }
        let work = async {
            // The semaphore is never closed.
            let _turn = self.room.acquire().await;
            self.alone(component_name, config, cases, wasm).await
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ChildError::Cancelled),
            ended = work => ended,
        }
    }

    async fn alone(
        &self,
        component_name: &str,
        config: &BTreeMap<String, String>,
        cases: &Cases,
        wasm: &[u8],
    ) -> Result<Vec<CaseResult>, ChildError> {
        let width = available_parallelism().map_or(1, usize::from);
        let rounds = u32::try_from(cases.cases.len().div_ceil(width)).unwrap_or(u32::MAX);
        let time = LONGEST.min(LOADING + cases.time_limit.saturating_mul(rounds));
        let request = Request {
            component_name: component_name.to_owned(),
            config: config.clone(),
            cases: cases.clone(),
            width,
            time,
            wasm: wasm.len(),
        };
        let answered = tokio::time::timeout(time, self.ask(&request, wasm)).await;
        match answered.unwrap_or(Err(ChildError::TooLong(time)))? {
            Answer::Results(results) => Ok(results),
            Answer::Load(reason) => Err(ChildError::Load(reason)),
        }
    }

    /// Starts the child, gives it the request and waits for its answer. Dropped, it
    /// kills it.
    async fn ask(&self, request: &Request, wasm: &[u8]) -> Result<Answer, ChildError> {
        let program = self.program.clone().map_or_else(this_program, Ok);
        let program = program.map_err(|error| start(PathBuf::from("pelato"), &error))?;
        let head = request.head().map_err(|error| start(program.clone(), &error))?;
        let mut command = Command::new(&program);
        command
            .arg0("pelato")
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for us; we end it.
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| start(program, &error))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        // It stays open until the answer is there: the child ends where it closes.
        let mut stdin = child.stdin.take();
        let write = async {
            if let Some(stdin) = &mut stdin {
                // A child that is gone says so by its status.
                let _ = stdin.write_all(&head).await;
                let _ = stdin.write_all(wasm).await;
                let _ = stdin.flush().await;
            }
            Ok::<_, ChildError>(())
        };
        let ((), answer, said) = tokio::try_join!(write, answer(stdout), said(stderr))?;
        let status = child
            .wait()
            .await
            .map_err(|error| ChildError::Died(error.to_string()))?;
        if !status.success() {
            return Err(ChildError::Died(ending(status, &said)));
        }
        serde_json::from_slice(&answer).map_err(|error| ChildError::Died(format!("gave no answer: {error}")))
    }
}

impl Default for Child {
    fn default() -> Self {
        Self::of_this_program()
    }
}

fn start(program: PathBuf, error: &dyn std::fmt::Display) -> ChildError {
    let reason = error.to_string();
    ChildError::Start { program, reason }
}

/// The program that runs, also where a newer one was installed in its place.
fn this_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}

async fn answer(stdout: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, ChildError> {
    let mut answer = Vec::new();
    if let Some(stdout) = stdout {
        let read = stdout.take(MOST_ANSWER as u64 + 1).read_to_end(&mut answer).await;
        read.map_err(|error| ChildError::Died(error.to_string()))?;
    }
    match answer.len() > MOST_ANSWER {
        true => Err(ChildError::TooMuch(MOST_ANSWER)),
        false => Ok(answer),
    }
}

/// The beginning of what it said; the rest is read and dropped, so that it can go on.
async fn said(stderr: Option<impl AsyncRead + Unpin>) -> Result<String, ChildError> {
    let mut said = Vec::new();
    if let Some(mut stderr) = stderr {
        let mut buffer = vec![0; 8 << 10];
        while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
            let room = MOST_SAID.saturating_sub(said.len());
            said.extend_from_slice(&buffer[..read.min(room)]);
        }
    }
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

/// How a process ended, in words.
fn ending(status: ExitStatus, said: &str) -> String {
    use rustix::process::Signal;
    let how = match status.signal() {
        Some(signal) if signal == Signal::XCPU.as_raw() => "used all the processor time that it may use".to_owned(),
        Some(signal) if signal == Signal::KILL.as_raw() => {
            "was killed from outside; often the machine has no memory left".to_owned()
        }
        Some(signal) => format!("was ended by signal {signal}"),
        None => format!("ended with exit code {}", status.code().unwrap_or(-1)),
    };
    match said {
        "" => how,
        said => format!("{how}\n{said}"),
    }
}

#[cfg(test)]
mod tests;
