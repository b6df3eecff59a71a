//! What remains when the process that owns a lattice goes, and how the program
//! answers: told with the program `lattice` as the owner.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::Permissions;
use std::io::{BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lattice_harness::{Continuum, working_in};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

struct Owner {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Owner {
    fn start() -> Self {
        Self::with(&["--no-wadm", "--host", "edge"]).0
    }

    /// One, and what it told first.
    fn with(arguments: &[&str]) -> (Self, Value) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_lattice"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let first = line(&mut output);
        let folder = PathBuf::from(first["folder"].as_str().unwrap_or_else(|| panic!("{first}")));
        let owner = Self {
            process,
            input,
            output,
            folder,
        };
        (owner, first)
    }

    fn ask(&mut self, command: &str) -> Value {
        writeln!(self.input, "{command}").unwrap();
        line(&mut self.output)
    }
}

#[test]
fn an_owner_that_is_killed_takes_all_parts_with_it() {
    let mut owner = Owner::start();
    assert!(working_in(&owner.folder) >= 3);
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(&owner.folder);
}

#[test]
fn a_halted_host_does_not_outlive_its_owner() {
    let mut owner = Owner::start();
    assert_eq!(owner.ask("stop edge")["ok"], true);
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(&owner.folder);
}

#[test]
fn an_owner_that_is_killed_takes_its_network_with_it() {
    if let Err(reason) = Continuum::is_possible() {
        println!("skipped: {reason}");
        return;
    }
    let (mut owner, first) = Owner::with(&["--continuum"]);
    let namespaces: Vec<PathBuf> = first["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| Path::new("/run/netns").join(name.as_str().unwrap()))
        .collect();
    assert!(namespaces.len() == 3 && namespaces.iter().all(|path| path.exists()));
    assert_eq!(owner.ask("cut")["ok"], true);
    assert_eq!(owner.ask("kill")["ok"], true);
    assert_eq!(owner.ask("sing")["error"], "not a command: sing");
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(&owner.folder);
    let end = Instant::now() + Duration::from_secs(30);
    while namespaces.iter().any(|path| path.exists()) {
        assert!(Instant::now() < end, "{namespaces:?} are still there");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Connections over the link that was cut are still in the kernel: the next one has the
    // same addresses all the same.
    let (mut owner, _) = Owner::with(&["--continuum"]);
    assert_eq!(owner.ask("heal")["ok"], true);
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(&owner.folder);
}

#[test]
fn the_end_of_its_input_ends_it() {
    let Owner {
        mut process,
        input,
        folder,
        ..
    } = Owner::start();
    drop(input);
    assert!(process.wait().unwrap().success());
    assert_eq!(working_in(&folder), 0);
    assert!(!folder.exists());
}

#[test]
fn a_termination_ends_it_in_order() {
    let mut owner = Owner::start();
    let id = i32::try_from(owner.process.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    assert!(owner.process.wait().unwrap().success());
    assert_eq!(working_in(&owner.folder), 0);
    assert!(!owner.folder.exists());
}

#[test]
fn commands_are_answered_line_by_line() {
    let mut owner = Owner::start();
    assert_eq!(owner.ask("kill edge")["ok"], true);
    assert_eq!(owner.ask("kill edge")["error"], "edge does not run");
    assert!(owner.ask("start edge zone=north")["host"].is_string());
    assert_eq!(owner.ask("term edge")["ok"], true);
    assert_eq!(owner.ask("kill nats")["ok"], true);
    assert_eq!(owner.ask("start nats")["ok"], true);
    assert_eq!(owner.ask("start registry")["error"], "registry runs already");
    assert_eq!(owner.ask("start edge zone")["error"], "zone: expected KEY=VALUE");
    assert_eq!(owner.ask("sing")["error"], "not a command: sing");
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(&owner.folder);
}

#[test]
fn missing_programs_fail_with_the_name_of_the_script() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_lattice"))
        .env("PELATO_CACHE", empty.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("run scripts/setup-lattice.sh"), "{message}");
}

#[test]
fn a_part_that_dies_at_its_start_is_named_with_the_end_of_its_log() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../scripts/setup-lattice.sh");
    let printed = Command::new(script).arg("--print").output().unwrap();
    let programs = PathBuf::from(String::from_utf8(printed.stdout).unwrap().trim_end());
    // A cache with the real programs, but for the host.
    let cache = tempfile::tempdir().unwrap();
    let broken = cache.path().join("lattice").join(programs.file_name().unwrap());
    std::fs::create_dir_all(&broken).unwrap();
    for program in ["nats-server", "docker-registry"] {
        symlink(programs.join(program), broken.join(program)).unwrap();
    }
    let host = broken.join("host");
    std::fs::write(&host, "#!/bin/sh\necho the keys are lost >&2\nexit 3\n").unwrap();
    std::fs::set_permissions(&host, Permissions::from_mode(0o755)).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_lattice"))
        .args(["--no-wadm", "--host", "edge"])
        .env("PELATO_CACHE", cache.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "lattice: edge ended (exit status: 3); the end of its log:\nthe keys are lost\n"
    );
}

fn line(output: &mut impl std::io::BufRead) -> Value {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

fn wait_until_gone(folder: &Path) {
    let end = Instant::now() + Duration::from_secs(30);
    while working_in(folder) > 0 || folder.exists() {
        assert!(Instant::now() < end, "{} is still there", folder.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}
