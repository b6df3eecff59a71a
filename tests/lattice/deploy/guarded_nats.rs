//! A NATS server that wants a password.

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

    fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("nats.conf"), config).unwrap();
        let process = Command::new(lattice_harness::programs().unwrap().join("nats-server"))
            .args([
                "--addr",
                "127.0.0.1",
                "--port",
                "-1",
                "--config",
                "nats.conf",
                "--ports_file_dir",
                ".",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ports = folder.path().join(format!("nats-server_{}.ports", process.id()));
        let deadline = Instant::now() + Duration::from_secs(20);
        let url = loop {
            let told = std::fs::read(&ports)
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok());
            if let Some(serde_json::Value::Object(told)) = told {
                break told["nats"][0].as_str().unwrap().to_owned();
            }
            assert!(Instant::now() < deadline, "NATS does not tell its port");
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            url,
            process,
            _folder: folder,
        }
    }
}

impl Drop for GuardedNats {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
