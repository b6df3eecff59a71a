//! The two servers, each as a process with a folder of its own.

use std::net::{SocketAddr, TcpListener as Port};
use std::path::Path;
use std::process::{Command as Look, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

pub(crate) const SECRET: &str = "s3cr3t";

pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) folder: TempDir,
    child: Child,
}

impl Server {
    /// A runner whose repository hangs: one run goes on, and all others wait, as while a
    /// build runs.
    pub(crate) async fn pelato() -> Option<Self> {
        Some(Self::pelato_in(tempfile::tempdir().unwrap()).await)
    }

    pub(crate) async fn pelato_in(folder: TempDir) -> Self {
        let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let repository = mute.local_addr().unwrap();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok(taken) = mute.accept().await {
                held.push(taken);
            }
        });
        let place = "registry: { url: 127.0.0.1:9 }, nats: { url: \"nats://127.0.0.1:9\" }";
        let config = format!(
            "listen: 127.0.0.1:0\nbuilder: local\nreconcile: off\npublic: true\nrepositories:\n  - name: ci/r\n    forge: github\n    \
             url: http://{repository}/ci/r.git\n    allow_http: true\n    webhook_secret: {{ env: HOOK }}\n    \
             branches: {{ main: production }}\nenvironments:\n  production: {{ {place} }}\n"
        );
        std::fs::write(folder.path().join("runner.yaml"), config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pelato"))
            .args(["serve", "--config"])
            .arg(folder.path().join("runner.yaml"))
            .env("HOOK", SECRET)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if let Some(url) = line.strip_prefix("listening on http://") {
                break url.parse().unwrap();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            name: "pelato",
            address,
            path: "/webhooks/github",
            folder,
            child,
        }
    }

    pub(crate) fn has_webhook() -> bool {
        Look::new("webhook").arg("-version").output().is_ok()
    }

    /// adnanh/webhook: it checks the signature and starts a program, and stores nothing.
    pub(crate) async fn webhook() -> Option<Self> {
        if !Self::has_webhook() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let header = json!({ "source": "header", "name": "X-Hub-Signature-256" });
        let rule = json!({ "match": { "type": "payload-hmac-sha256", "secret": SECRET, "parameter": header } });
        let hook = json!([{
            "id": "push",
            "execute-command": "/bin/true",
            "trigger-rule": rule,
            "trigger-rule-mismatch-http-response-code": 401,
        }]);
        let hooks = folder.path().join("hooks.json");
        std::fs::write(&hooks, hook.to_string()).unwrap();
        let address = Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("webhook")
            .args(["-ip", "127.0.0.1", "-port", &address.port().to_string(), "-hooks"])
            .arg(&hooks)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Some(Self {
            name: "webhook",
            address,
            path: "/hooks/push",
            folder,
            child,
        })
    }

    /// The most memory that the process ever held, in MiB.
    pub(crate) fn peak(&self) -> f64 {
        let status = Path::new("/proc")
            .join(self.child.id().unwrap().to_string())
            .join("status");
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// How long it goes on working by itself: until neither it nor a command of its own uses
    /// the processor for a while, which does not count.
    pub(crate) async fn at_rest(&self) -> Duration {
        const QUIET: Duration = Duration::from_millis(300);
        let begun = Instant::now();
        let (mut used, mut since) = (self.used(), Instant::now());
        while since.elapsed() < QUIET {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let now = self.used();
            if now != used {
                (used, since) = (now, Instant::now());
            }
        }
        since - begun
    }

    /// Processor time, of those that it started too, in the system's ticks.
    fn used(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id().unwrap())).unwrap();
        // Behind the name, which is in parentheses.
        let fields = stat.rsplit(')').next().unwrap();
        let ticks = fields.split_whitespace().skip(11).take(4);
        ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    pub(crate) async fn end(mut self) -> TempDir {
        self.child.kill().await.unwrap();
        self.folder
    }
}
