//! A bare repository and a clone of it, driven by the real git.

use std::cell::Cell;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A repository that is pushed to.
pub(crate) struct Repository {
    dir: TempDir,
    edge_port: u16,
    pushed: Cell<bool>,
}

impl Repository {
    /// Holds `examples/temperature`, with ports that are free here.
    pub(crate) fn of_the_example() -> Self {
        let ports = [free_port(), free_port()];
        let repository = Self::empty(ports[0]);
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temperature");
        for file in ["workflow.yaml", "tasks/convert.go", "tasks/filter.go"] {
            repository.write(file, &fs::read_to_string(example.join(file)).unwrap());
        }
        repository.edit("workflow.yaml", "0.0.0.0:8000", &format!("127.0.0.1:{}", ports[0]));
        repository.edit("workflow.yaml", "0.0.0.0:8001", &format!("127.0.0.1:{}", ports[1]));
        repository
    }

    /// Holds nothing yet.
    pub(crate) fn empty(edge_port: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q", "--bare", "-b", "main", "thermo.git"]);
        git(dir.path(), &["clone", "-q", "thermo.git", "thermo"]);
        Self {
            dir,
            edge_port,
            pushed: Cell::new(false),
        }
    }

    /// Takes the branch back to an earlier commit, with force.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn push_back(&self, to: &str) {
        git(&self.clone_of(), &["reset", "-q", "--hard", to]);
        git(&self.clone_of(), &["push", "-q", "-f", "origin", "HEAD:main"]);
    }

    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn head(&self) -> String {
        self.head_of("HEAD")
    }

    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn head_of(&self, revision: &str) -> String {
        git(&self.clone_of(), &["rev-parse", revision])
    }

    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn delete(&self, folder: &str) {
        fs::remove_dir_all(self.clone_of().join(folder)).unwrap();
    }

    pub(crate) fn bare(&self) -> PathBuf {
        self.dir.path().join("thermo.git")
    }

    pub(crate) fn edge_port(&self) -> u16 {
        self.edge_port
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.clone_of().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.clone_of().join(file)).unwrap();
        assert!(text.contains(from), "{file} does not hold {from}:\n{text}");
        self.write(file, &text.replace(from, to));
    }

    /// Takes a file or a folder away.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn remove(&self, path: &str) {
        self.git(&["rm", "-rq", path]);
    }

    /// Calls git in the clone.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.clone_of(), args)
    }

    /// Commits everything and pushes it. The head before and after.
    pub(crate) fn push(&self, message: &str) -> (String, String) {
        let before = match self.pushed.replace(true) {
            true => git(&self.clone_of(), &["rev-parse", "HEAD"]),
            false => "0".repeat(40),
        };
        git(&self.clone_of(), &["add", "-A"]);
        git(&self.clone_of(), &["commit", "-q", "-m", message]);
        git(&self.clone_of(), &["push", "-q", "origin", "HEAD:main"]);
        (before, git(&self.clone_of(), &["rev-parse", "HEAD"]))
    }

    /// The clone's folder.
    #[allow(dead_code, reason = "each test takes what it needs")]
    pub(crate) fn folder(&self) -> PathBuf {
        self.clone_of()
    }

    fn clone_of(&self) -> PathBuf {
        self.dir.path().join("thermo")
    }
}

fn git(at: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(at)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "git {args:?}: {error}");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
