//! `pelato serve` as a process of its own.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// A runner. It is killed when it is dropped.
pub(crate) struct Runner {
    child: tokio::sync::Mutex<Child>,
    url: String,
    said: Arc<Mutex<String>>,
    _dir: TempDir,
}

impl Runner {
    /// Starts one with this configuration and waits until it listens.
    pub(crate) async fn start(config: &str, variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("runner.yaml");
        std::fs::write(&file, config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pelato"))
            .args(["serve", "--config"])
            .arg(&file)
            .envs(variables.iter().copied())
            .envs(go_image())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (found, url) = oneshot::channel();
        let heard = Arc::clone(&said);
        tokio::spawn(async move {
            let mut found = Some(found);
            while let Ok(Some(line)) = lines.next_line().await {
                if let (Some(url), true) = (line.strip_prefix("listening on "), found.is_some()) {
                    let _ = found.take().unwrap().send(url.to_owned());
                }
                heard.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let url = tokio::time::timeout(Duration::from_secs(30), url).await;
        let Ok(Ok(url)) = url else {
            panic!("the runner does not listen:\n{}", said.lock().unwrap());
        };
        Self {
            child: tokio::sync::Mutex::new(child),
            url,
            said,
            _dir: dir,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// What it said so far.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Sends SIGTERM and waits for the end: the exit code.
    pub(crate) async fn stop(&self) -> Option<i32> {
        let mut child = self.child.lock().await;
        let id = i32::try_from(child.id().unwrap()).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(id).unwrap(),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
        ended
            .unwrap_or_else(|_| panic!("the runner does not stop:\n{}", self.said.lock().unwrap()))
            .unwrap()
            .code()
    }
}

/// The base of the build image, as `scripts/setup-docker.sh` left it; nothing where
/// the environment names one.
fn go_image() -> Option<(String, String)> {
    let options = pelato::build::Options::from_variables(|name| std::env::var(name).ok());
    let written = std::fs::read_to_string(options.cache.join("docker.env")).ok()?;
    let image = written.trim().strip_prefix("export PELATO_GO_IMAGE=")?.to_owned();
    std::env::var_os("PELATO_GO_IMAGE")
        .is_none()
        .then(|| ("PELATO_GO_IMAGE".to_owned(), image))
}
