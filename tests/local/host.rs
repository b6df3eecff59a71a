//! The local host of a test: looked at, spoken to, and gone when the test is.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use pelato::deploy::{Fetch, LocalConfig, LocalHost};
use rustix::process::{Pid, Signal};

/// A busy machine compiles a component for some seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A host's state folder. What runs in it is killed when it is dropped.
pub(crate) struct Host {
    folder: PathBuf,
}

impl Host {
    pub(crate) fn of(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Of an environment, below the state folder of commands or the data of a runner.
    pub(crate) fn below(state: &Path, environment: &str) -> Self {
        Self::of(state.join("local").join(environment))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The host of another environment in the same place.
    pub(crate) fn beside(&self, environment: &str) -> Self {
        Self::of(self.folder.with_file_name(environment))
    }

    /// What is deployed, by its files.
    pub(crate) fn applications(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.join("applications")).unwrap();
        let names = entries.map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("host.log")).unwrap_or_default()
    }

    /// Waits until the log holds `text` `count` times.
    pub(crate) async fn until_said(&self, text: &str, count: usize) {
        until(&format!("{count} × `{text}` in the log"), || {
            self.log().matches(text).count() >= count
        })
        .await;
    }

    /// The process, if one runs.
    pub(crate) fn process(&self) -> Option<Pid> {
        let lock = std::fs::File::open(self.folder.join("host.lock")).ok()?;
        if lock.try_lock_shared().is_ok() {
            return None;
        }
        let number = std::fs::read_to_string(self.folder.join("host.lock")).ok()?;
        Pid::from_raw(number.trim().parse().ok()?)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.process().expect("a host runs"), signal).unwrap();
    }

    pub(crate) async fn until_gone(&self) {
        until("the end of the host", || self.process().is_none()).await;
    }

    /// A client of it that can deploy nothing but `wasm`.
    pub(crate) fn client(&self, wasm: &[u8]) -> LocalHost {
        self.client_of(env!("CARGO_BIN_EXE_pelato").into(), wasm)
    }

    pub(crate) fn client_of(&self, program: PathBuf, wasm: &[u8]) -> LocalHost {
        let wasm = wasm.to_vec();
        let fetch: Fetch = Arc::new(move |_| {
            let wasm = wasm.clone();
            async move { Ok(wasm) }.boxed()
        });
        let config = LocalConfig {
            folder: self.folder.clone(),
            nats: None,
            sql: None,
            program: Some(program),
        };
        LocalHost::new(config, fetch).unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(process) = self.process() {
            let _ = rustix::process::kill_process(process, Signal::KILL);
        }
    }
}

pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `127.0.0.1:port` where nobody listens.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The answer to a POST.
pub(crate) async fn post(address: &str, body: &str) -> Result<String, String> {
    let client = reqwest::Client::new();
    let sent = client
        .post(format!("http://{address}/"))
        .body(body.to_owned())
        .send()
        .await;
    let answer = sent.map_err(|error| format!("{error:?}"))?;
    match answer.status().as_u16() {
        200 => answer.text().await.map_err(|error| error.to_string()),
        status => Err(format!("status {status}")),
    }
}
