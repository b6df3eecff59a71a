//! A NATS server that does not let everybody in.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// `guest` may connect and nothing more; `ci` may do everything.
const CONFIG: &str = r#"
authorization { users: [
    { user: ci, password: "correct horse" }
    { user: guest, password: guest, permissions: { publish: "_INBOX.>", subscribe: "_INBOX.>" } }
] }
"#;

pub(crate) struct GuardedNats {
    pub(crate) url: String,
    /// Where it takes websockets, if it does.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) websocket: Option<String>,
    process: Child,
    _folder: TempDir,
}

impl GuardedNats {
    pub(crate) fn start() -> Self {
        Self::with(CONFIG)
    }

    /// One without a guard: everybody may do everything.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn open() -> Self {
        Self::with("")
    }

    /// One with this configuration.
    pub(crate) fn with(config: &str) -> Self {
        Self::within(tempfile::tempdir().unwrap(), config)
    }

    /// One whose configuration names files of this folder.
    pub(crate) fn within(folder: TempDir, config: &str) -> Self {
        std::fs::write(folder.path().join("nats.conf"), config).unwrap();
        let process = Command::new(lattice_harness::programs().unwrap().join("nats-server"))
            .args(["--addr", "127.0.0.1", "--port", "-1", "--config", "nats.conf"])
            .args(["--ports_file_dir", ".", "--log", "nats.log"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ports = folder.path().join(format!("nats-server_{}.ports", process.id()));
        let deadline = Instant::now() + Duration::from_secs(20);
        let told = loop {
            let told = std::fs::read(&ports)
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok());
            if let Some(serde_json::Value::Object(told)) = told {
                break told;
            }
            let log = || log_in(folder.path());
            assert!(Instant::now() < deadline, "NATS does not tell its port: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        };
        let first = |kind: &str| {
            let address = told.get(kind).and_then(|all| all[0].as_str());
            address.map(str::to_owned)
        };
        Self {
            url: first("nats").unwrap(),
            websocket: first("websocket"),
            process,
            _folder: folder,
        }
    }

    /// Ends it; its address stays known.
    pub(crate) fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn log_in(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("nats.log")).unwrap_or_default()
}

impl Drop for GuardedNats {
    fn drop(&mut self) {
        self.stop();
    }
}
