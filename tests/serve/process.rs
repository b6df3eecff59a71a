//! A runner in a process of its own, and repositories that hang or are not there.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use pelato::forge::ForgeKind;
use pelato::queue::{Clock, Limits, SqliteQueue};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::forge::{Push, Webhook};

pub(crate) const DEADLINE: Duration = Duration::from_secs(90);
pub(crate) const SECRET: &str = "s3cr3t";

/// A folder with a `runner.yaml`, which outlives the processes that serve it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// A runner for `ci/r` at `url`, with more lines of `runner.yaml`.
    pub(crate) fn new(url: &str, more: &str) -> Self {
        Self::of(&format!(
            "listen: 127.0.0.1:0\nbuilder: local\nreconcile: off\n{more}\nrepositories:\n  - name: ci/r\n    forge: github\n    \
             url: {url}\n    allow_http: true\n    webhook_secret: {{ env: HOOK }}\n    \
             branches: {{ main: production, feat: staging }}\nenvironments:\n  \
             production: {{ registry: {{ url: 127.0.0.1:9 }}, nats: {{ url: \"nats://127.0.0.1:9\" }} }}\n  \
             staging: {{ registry: {{ url: 127.0.0.1:9 }}, nats: {{ url: \"nats://127.0.0.1:9\" }} }}\n"
        ))
    }

    /// A runner with a `runner.yaml` of the test's own.
    pub(crate) fn of(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("runner.yaml"), config).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The store, as the next process sees it.
    pub(crate) async fn store(&self) -> SqliteQueue {
        let file: PathBuf = self.path().join("var/pelato.db");
        SqliteQueue::open(&file, Limits::default(), Clock::default())
            .await
            .unwrap()
    }

    /// Starts the runner, and waits until it listens.
    pub(crate) async fn serve(&self, variables: &[(&str, &str)]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pelato"))
            .args(["serve", "--config"])
            .arg(self.path().join("runner.yaml"))
            .env("HOOK", SECRET)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let url = tokio::time::timeout(DEADLINE, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.strip_prefix("listening on ") {
                    return url.to_owned();
                }
                said.push_str(&(line + "\n"));
            }
            panic!("it does not listen:\n{said}");
        })
        .await
        .unwrap();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Server { child, url }
    }
}

pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.url.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends SIGTERM.
    pub(crate) fn stop(&self) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    pub(crate) async fn ended(mut self) -> ExitStatus {
        tokio::time::timeout(DEADLINE, self.child.wait())
            .await
            .unwrap()
            .unwrap()
    }

    /// What the process holds in memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Waits until a run is in a state.
    pub(crate) async fn until(&self, run: &str, state: &str) {
        let path = format!("/api/runs/{run}");
        eventually(async || {
            let (_, text) = self.get(&path).await;
            serde_json::from_str::<Value>(&text).unwrap()["state"] == state
        })
        .await;
    }

    /// Delivers a push of the commit number `commit` to `main`: the run's id.
    pub(crate) async fn push(&self, commit: usize) -> String {
        let (status, answer) = webhook(commit, "main").send(&self.url).await;
        assert_eq!(status, 202, "{answer}");
        answer["run"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn webhook(commit: usize, branch: &str) -> Webhook {
    let after = format!("{:040x}", commit + 1);
    let push = Push {
        repository: "ci/r",
        branch,
        before: &"0".repeat(40),
        after: &after,
        message: "Warm up",
    };
    Webhook::of(ForgeKind::GitHub, format!("delivery-{branch}-{commit}"), &push).signed(SECRET)
}

/// Waits for a condition, with a deadline.
pub(crate) async fn eventually(mut condition: impl AsyncFnMut() -> bool) {
    tokio::time::timeout(DEADLINE, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
}

/// A forge that takes connections and never says a word: who fetches from it hangs.
pub(crate) struct Mute {
    pub(crate) url: String,
    _takes: tokio_util::task::AbortOnDropHandle<()>,
}

impl Mute {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/ci/r.git", listener.local_addr().unwrap());
        let takes = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok(taken) = listener.accept().await {
                held.push(taken);
            }
        });
        Self {
            url,
            _takes: tokio_util::task::AbortOnDropHandle::new(takes),
        }
    }
}
