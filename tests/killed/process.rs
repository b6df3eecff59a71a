//! The runner's process: started, killed, started again, in the same places.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

/// A machine that does a lot else starts it in some seconds.
const START: Duration = Duration::from_secs(60);

/// How a runner is started, again and again.
pub(crate) struct Program {
    pub(crate) config: PathBuf,
    pub(crate) variables: Vec<(String, String)>,
    /// What all of them say.
    pub(crate) log: PathBuf,
}

/// One of them.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
}

impl Program {
    /// Starts one and waits until it listens.
    pub(crate) async fn start(&self) -> Process {
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let said_before = log.metadata().unwrap().len() as usize;
        let child = Command::new(env!("CARGO_BIN_EXE_pelato"))
            .args(["serve", "--config"])
            .arg(&self.config)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + START;
        let number = child.id().unwrap();
        let url = loop {
            // Several may write to it: what is ours is told by our own port.
            let said = fs::read(&self.log).unwrap();
            let said = String::from_utf8_lossy(&said[said_before..]).into_owned();
            let found = said.lines().find_map(|line| line.strip_prefix("listening on "));
            if let Some(url) = found {
                break url.to_owned();
            }
            assert!(
                Instant::now() < deadline,
                "the runner {number} does not listen:\n{said}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        Process { child, url }
    }

    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Process {
    /// SIGKILL.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    pub(crate) fn number(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// SIGTERM: the exit code.
    pub(crate) async fn stop(mut self) -> Option<i32> {
        let number = i32::try_from(self.number()).unwrap();
        let number = rustix::process::Pid::from_raw(number).unwrap();
        rustix::process::kill_process(number, rustix::process::Signal::TERM).unwrap();
        self.child.wait().await.unwrap().code()
    }
}

/// Processes that look as if a runner in `folder` had started them, but for `runners` and
/// local hosts: what they are called with.
pub(crate) fn left_of(folder: &Path, runners: &[u32]) -> Vec<String> {
    let folder = folder.display().to_string();
    let program = fs::canonicalize(env!("CARGO_BIN_EXE_pelato")).unwrap();
    let mut left = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if runners.contains(&number) || number == std::process::id() {
            continue;
        }
        let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let words = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        let is_case =
            words.contains(" run-cases") && fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program);
        let is_ours = words.contains(&folder) || environment.contains(&format!("TMPDIR={folder}"));
        if (is_case || is_ours) && !words.contains(" local-host ") {
            left.push(format!("{number}: {words}"));
        }
    }
    left
}
