//! A PostgreSQL server of a test's own: Debian's package, in a temporary folder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, NoTls};

const PATIENCE: Duration = Duration::from_secs(60);
/// No error may ever show it.
pub(crate) const PASSWORD: &str = "S3cr3t-w0rd";

/// A server. It ends with this value.
pub(crate) struct Database {
    folder: PathBuf,
    /// Removed with the server where it is its own.
    own: Option<tempfile::TempDir>,
    port: u16,
    server: Option<Child>,
}

impl Database {
    /// A server that answers.
    pub(crate) async fn start() -> Self {
        let own = tempfile::tempdir().unwrap();
        let mut database = Self::within(own.path()).await;
        database.own = Some(own);
        database
    }

    /// A server that answers, in a folder that somebody else removes.
    pub(crate) async fn within(folder: &Path) -> Self {
        // PostgreSQL refuses to run as root, and another user has to come through.
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o644)).unwrap();
        let made = unprivileged("initdb")
            .args([
                "--username=pelato",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg(format!("--pwfile={}", password.display()))
            .arg(folder.join("data"))
            .current_dir(folder)
            .output()
            .expect("PostgreSQL is installed: scripts/setup-system.sh");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut database = Self {
            folder: folder.to_owned(),
            own: None,
            port: port(),
            server: None,
        };
        database.go_on().await;
        database
    }

    /// Starts the server again, where it was.
    pub(crate) async fn go_on(&mut self) {
        let server = unprivileged("postgres")
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .args(["-c", "unix_socket_directories=", "-p", &self.port.to_string()])
            .arg("-D")
            .arg(self.folder.join("data"))
            .current_dir(&self.folder)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(server);
        let begun = Instant::now();
        while let Err(error) = tokio_postgres::connect(&self.url(), NoTls).await {
            assert!(begun.elapsed() < PATIENCE, "no database: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops the server; whoever is connected is thrown out.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let id = rustix::process::Pid::from_raw(server.id().cast_signed()).unwrap();
            rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
            server.wait().unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://pelato:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// A connection of the test's own.
    pub(crate) async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.stop();
        self.own.take();
    }
}

/// One of PostgreSQL's programs, as its own user where the test runs as root.
fn unprivileged(program: &str) -> Command {
    let program = found(program);
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]);
    command.arg(program);
    command
}

/// Debian keeps them out of the PATH, a folder for each version.
fn found(program: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.unwrap().path().join("bin").join(program))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| Path::new(program).to_owned())
}

/// A port that nobody has at the moment.
fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
