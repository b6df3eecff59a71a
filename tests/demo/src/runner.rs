//! The real `pelato serve`, as a child process.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long it may take to start, and to stop.
const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// How it says where it listens.
const LISTENING: &str = "listening on ";

/// What the runner wrote to stderr so far. Its clones are the same output.
#[derive(Clone, Default)]
pub(crate) struct Output(Arc<Mutex<Vec<String>>>);

impl Output {
    /// The last lines.
    pub(crate) fn tail(&self, lines: usize) -> Vec<String> {
        let all = self.lines();
        all[all.len().saturating_sub(lines)..].to_vec()
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        lock(&self.0)
    }
}

/// A runner. It is asked to stop when it is dropped, and waited for.
pub(crate) struct Runner {
    child: Child,
    /// `http://127.0.0.1:<port>`
    url: String,
    client: reqwest::Client,
    /// The run that was begun last.
    last: Mutex<Option<String>>,
}

impl Runner {
    /// Starts the program in `folder`, where its `runner.yaml` lies, and waits
    /// until it says where it listens. Its stderr goes to `output` and the file `log`.
    pub(crate) async fn start(
        folder: &Path,
        variables: &[(&str, &str)],
        output: &Output,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let mut log = File::create(log)?;
        let program = program()?;
        let mut child = Command::new(&program)
            .args(["serve", "--config", "runner.yaml"])
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Ctrl-C on a terminal goes to a whole group; it is the demo that stops it.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stderr = child.stderr.take();
        let mut runner = Self {
            child,
            url: String::new(),
            client: reqwest::Client::new(),
            last: Mutex::default(),
        };
        let keeping = output.clone();
        std::thread::spawn(move || {
            for line in stderr
                .into_iter()
                .flat_map(|stderr| BufReader::new(stderr).lines())
                .map_while(Result::ok)
            {
                // The file is for whoever asked to keep the logs.
                let _ = writeln!(log, "{line}");
                keeping.lines().push(line);
            }
        });
        runner.url = runner.until_listening(output).await?;
        Ok(runner)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A run has begun; it is cancelled when the runner is dropped before its end.
    pub(crate) fn begun(&self, id: &str) {
        *lock(&self.last) = Some(id.to_owned());
    }

    /// A run, as the runner's API shows it.
    pub(crate) async fn run(&self, id: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.get(&format!("/api/runs/{id}")).await?)?)
    }

    /// A run's log so far.
    pub(crate) async fn log(&self, id: &str) -> anyhow::Result<String> {
        self.get(&format!("/api/runs/{id}/log")).await
    }

    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        let answer = answer.with_context(|| format!("the runner does not answer GET {path}"))?;
        Ok(answer.error_for_status()?.text().await?)
    }

    async fn until_listening(&mut self, output: &Output) -> anyhow::Result<String> {
        let end = Instant::now() + START_LIMIT;
        loop {
            let url = output
                .lines()
                .iter()
                .find_map(|line| line.strip_prefix(LISTENING).map(str::to_owned));
            if let Some(url) = url {
                return Ok(url);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the runner ended at once ({status})");
            }
            if Instant::now() > end {
                bail!(
                    "the runner did not say where it listens within {} s",
                    START_LIMIT.as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // A runner that is to stop lets its run go on for half a minute.
        if let Some(run) = lock(&self.last).take() {
            // It may be over, or the runner gone.
            let _ = cancel(&self.url, &run);
        }
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(id) = id {
            // One that has ended cannot be told, which is as well.
            let _ = kill_process(id, Signal::TERM);
        }
        let end = Instant::now() + STOP_LIMIT;
        while let Ok(None) = self.child.try_wait() {
            if Instant::now() > end {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Cancels a run, without a runtime: it may be about to end.
fn cancel(url: &str, run: &str) -> std::io::Result<()> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "POST /api/runs/{run}/cancel HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// What these hold is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `pelato`, which was built beside this program.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("pelato");
    if !program.is_file() {
        bail!(
            "{} is missing; start the demo with `make demo`, which builds both",
            program.display()
        );
    }
    Ok(program)
}
