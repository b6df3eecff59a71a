//! Debian's `docker-registry` on a free port, its storage in a temporary folder.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// `ci:correct horse` as `htpasswd -B` writes it.
const HTPASSWD: &str = "ci:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n";

pub(crate) struct RealRegistry {
    /// `127.0.0.1:port`.
    pub(crate) host: String,
    process: Child,
    _folder: TempDir,
}

impl RealRegistry {
    pub(crate) fn open() -> Self {
        Self::start("")
    }

    #[allow(dead_code, reason = "each test takes what it needs")]
    /// Lets in `ci` with `correct horse`.
    pub(crate) fn with_password() -> Self {
        Self::start("auth: {htpasswd: {realm: pelato, path: htpasswd}}\n")
    }

    fn start(auth: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: storage}}}}\n{auth}"
        );
        std::fs::write(folder.path().join("config.yml"), config).unwrap();
        std::fs::write(folder.path().join("htpasswd"), HTPASSWD).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let process = Command::new(lattice_harness::programs().unwrap().join("docker-registry"))
            .args(["serve", "config.yml"])
            .current_dir(folder.path())
            .env("REGISTRY_HTTP_ADDR", &host)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let registry = Self {
            host,
            process,
            _folder: folder,
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(&registry.host).is_err() {
            assert!(Instant::now() < deadline, "the registry does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        registry
    }
}

impl Drop for RealRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
