//! The image and a container of it, by the `docker` command line.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pelato::build::Options;
use tempfile::TempDir;

use super::super::compose::services;

/// The image, taken away when it is dropped.
pub(super) struct Image {
    name: String,
}

impl Image {
    /// Of this program, without what only debuggers read, on the base of the tests' builds:
    /// Debian, like the usual one.
    pub(super) fn build() -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let context = tempfile::tempdir().unwrap();
        for folder in ["docker/runner", "target/release"] {
            fs::create_dir_all(context.path().join(folder)).unwrap();
        }
        for file in [".dockerignore", "docker/runner/health.sh"] {
            fs::copy(top.join(file), context.path().join(file)).unwrap();
        }
        let program = context.path().join("target/release/pelato");
        let stripped = Command::new("strip")
            .arg("-o")
            .arg(&program)
            .arg(env!("CARGO_BIN_EXE_pelato"))
            .status()
            .unwrap();
        assert!(stripped.success());
        let image = Self {
            name: format!("pelato-test-runner:{}", std::process::id()),
        };
        let file = top.join("docker/runner.Dockerfile");
        let base = format!("BASE_IMAGE={}", go_image());
        docker(&[
            "build",
            "--quiet",
            "--file",
            file.to_str().unwrap(),
            "--build-arg",
            &base,
            "--tag",
            &image.name,
            context.path().to_str().unwrap(),
        ]);
        image
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", &self.name]).output();
    }
}

/// A runner in a container, taken away with its volume when it is dropped.
pub(super) struct Container {
    id: String,
    _folder: TempDir,
}

impl Container {
    /// With the limits that Compose gives it; on this machine's network, where the lattice of
    /// the tests is.
    pub(super) fn start(image: &Image, port: u16, config: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runner.yaml");
        fs::write(&file, config).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let mut args = vec!["run", "--detach", "--network", "host", "--health-interval", "1s"]
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        args.extend(limits());
        let socket = fs::metadata("/var/run/docker.sock").unwrap();
        let volume = format!("{}:/etc/pelato/runner.yaml:ro", file.display());
        let port = format!("PELATO_PORT={port}");
        let base = format!("PELATO_GO_IMAGE={}", go_image());
        let mut option = |name: &str, value: &str| args.extend([name.to_owned(), value.to_owned()]);
        option("--group-add", &socket.gid().to_string());
        option("--volume", "/var/run/docker.sock:/var/run/docker.sock");
        option("--volume", &volume);
        option("--env", &port);
        option("--env", &base);
        for (name, value) in variables {
            option("--env", &format!("{name}={value}"));
        }
        args.push(image.name.clone());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Self {
            id: docker(&args),
            _folder: folder,
        }
    }

    /// Waits until Docker says that it is well.
    pub(super) async fn until_healthy(&self) {
        let healthy = async {
            while self.inspect("{{.State.Health.Status}}") != "healthy" {
                assert_eq!(self.inspect("{{.State.Running}}"), "true", "{}", self.logs());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if tokio::time::timeout(super::PATIENCE, healthy).await.is_err() {
            panic!("{}\n{}", self.inspect("{{json .State.Health}}"), self.logs());
        }
    }

    /// What a command in it says.
    pub(super) fn said(&self, command: &[&str]) -> String {
        docker(&[&["exec", &self.id][..], command].concat())
    }

    /// Ends it as `docker stop` does: the exit code.
    pub(super) fn stop(&self) -> i32 {
        docker(&["stop", "--time", "60", &self.id]);
        self.inspect("{{.State.ExitCode}}").parse().unwrap()
    }

    /// What the runner said.
    pub(super) fn logs(&self) -> String {
        let ran = Command::new("docker").args(["logs", &self.id]).output().unwrap();
        String::from_utf8_lossy(&ran.stderr).into_owned()
    }

    fn inspect(&self, format: &str) -> String {
        docker(&["inspect", "--format", format, &self.id])
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = Command::new("docker")
            .args(["rm", "--force", "--volumes", &self.id])
            .output();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What `docker/compose.yaml` takes from the runner, as options of `docker run`.
fn limits() -> Vec<String> {
    let runner = &services("runner")["runner"];
    let values = |key: &str| {
        let list = runner[key].as_array().unwrap().iter();
        list.map(|value| value.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut options = Vec::new();
    for (key, option) in [
        ("cap_drop", "--cap-drop"),
        ("security_opt", "--security-opt"),
        ("tmpfs", "--tmpfs"),
    ] {
        let values = values(key);
        assert!(!values.is_empty(), "{key}");
        options.extend(values.into_iter().flat_map(|value| [option.to_owned(), value]));
    }
    for (key, option) in [("read_only", "--read-only"), ("init", "--init")] {
        assert_eq!(runner[key], true, "{key}");
        options.push(option.to_owned());
    }
    options
}

/// The base of the build image, as `scripts/setup-docker.sh` left it.
fn go_image() -> String {
    if let Ok(named) = std::env::var("PELATO_GO_IMAGE") {
        return named;
    }
    let cache = Options::from_variables(|name| std::env::var(name).ok()).cache;
    let written = fs::read_to_string(cache.join("docker.env")).unwrap();
    written
        .trim()
        .strip_prefix("export PELATO_GO_IMAGE=")
        .unwrap()
        .to_owned()
}

/// What docker answers.
fn docker(args: &[&str]) -> String {
    let ran = Command::new("docker").args(args).output().unwrap();
    let error = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "docker {args:?}: {error}");
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}
