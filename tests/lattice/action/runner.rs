//! A runner of workflows, and a repository whose workflow it runs.

#![allow(clippy::print_stdout, reason = "it is shown where a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use tempfile::TempDir;

use crate::push::repository::Repository;

const TOP: &str = env!("CARGO_MANIFEST_DIR");
/// The workflow of `examples/temperature`.
pub(super) const WORKFLOW: &str = ".github/workflows/pelato.yml";

/// A machine that runs jobs: it has a home, and a store of caches that outlives jobs.
pub(super) struct Runner {
    folder: TempDir,
    variables: Vec<String>,
}

/// How a workflow ended.
pub(super) struct Ran {
    pub(super) success: bool,
    /// What the runner said, without what differs from run to run.
    pub(super) log: String,
}

impl Runner {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        // Alone: a runner copies the whole repository of an action.
        let action = at("pelato/action");
        fs::create_dir_all(&action).unwrap();
        for file in fs::read_dir(Path::new(TOP).join("action")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), action.join(file.file_name())).unwrap();
        }
        for (name, text) in [("cache/restore", RESTORE), ("cache/save", SAVE), ("setup-go", SETUP_GO)] {
            fs::create_dir_all(at(name)).unwrap();
            fs::write(at(name).join("action.yml"), text).unwrap();
        }
        for empty in ["home", "out", "store", "temporary"] {
            fs::create_dir(at(empty)).unwrap();
        }
        let shown = |path: &str| at(path).display().to_string();
        let variables = [
            ("CACHE_STORE", shown("store")),
            ("NO_COLOR", "1".to_owned()),
            ("OUT", shown("out")),
            ("PELATO_BUILDER", "local".to_owned()),
            ("PELATO_CACHE", shown("home/.cache/pelato")),
        ];
        let variables = variables.iter().map(|(name, value)| format!("{name}={value}"));
        Self {
            variables: variables.collect(),
            folder,
        }
    }

    /// The same with a variable that all jobs have.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push(format!("{name}={value}"));
        self
    }

    /// The same with `pelato` installed.
    pub(super) fn with_pelato(self) -> Self {
        let bin = self.at("bin");
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pelato"), bin.join("pelato")).unwrap();
        self
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// What a job wrote to `$OUT/<name>`.
    pub(super) fn out(&self, name: &str) -> String {
        fs::read_to_string(self.at("out").join(name)).unwrap_or_default()
    }

    /// What lies in `$OUT`.
    pub(super) fn all_out(&self) -> Vec<String> {
        let entries = fs::read_dir(self.at("out")).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Seeds the store with a cache of an older commit: what is compiled already on this
    /// machine, so that no story waits for Go's standard library.
    pub(super) fn with_an_older_cache(self) -> Self {
        let cache = pelato::build::Options::from_variables(|name| std::env::var(name).ok()).cache;
        let older = self.at("store/pelato-older");
        fs::create_dir(&older).unwrap();
        if cache.join("go-build").is_dir() {
            let copied = Command::new("cp")
                .arg("-a")
                .arg(cache.join("go-build"))
                .arg(&older)
                .status();
            assert!(copied.unwrap().success());
        }
        self
    }

    /// The same with that cache in use from the beginning.
    pub(super) fn with_that_cache(self) -> Self {
        fs::create_dir(self.at("home/.cache")).unwrap();
        fs::rename(self.at("store/pelato-older"), self.at("home/.cache/pelato")).unwrap();
        self
    }

    /// Another machine comes in its place, which has the store of caches.
    pub(super) fn is_replaced(&self) {
        fs::remove_dir_all(self.at("home")).unwrap();
        fs::create_dir(self.at("home")).unwrap();
    }

    /// The runner has no caches any more.
    pub(super) fn loses_its_caches(&self) {
        self.is_replaced();
        fs::remove_dir_all(self.at("store")).unwrap();
        fs::create_dir(self.at("store")).unwrap();
    }

    /// Runs the repository's workflows for an event.
    pub(super) fn run(&self, repository: &Repository, event: &str, given: &[(&str, &str)]) -> Ran {
        let tools = Command::new(Path::new(TOP).join("scripts/setup-tools.sh"))
            .arg("--print")
            .output()
            .unwrap();
        assert!(tools.status.success(), "{}", String::from_utf8_lossy(&tools.stderr));
        let act = Path::new(String::from_utf8(tools.stdout).unwrap().trim()).join("act");
        let replaced = |name: &str, folder: &str| format!("{name}={}", self.at(folder).display());
        let mut command = Command::new(act);
        command
            .arg(event)
            .args(["-P", "ubuntu-latest=-self-hosted", "--no-cache-server"])
            // No engine: jobs run on this machine.
            .args(["--container-daemon-socket", "-"])
            .args([
                "--local-repository",
                &replaced("pelato-project/pelato@v0.1.0", "pelato"),
            ])
            .args(["--local-repository", &replaced(&cache_action(), "cache")])
            .args(["--local-repository", &replaced(&setup_go(), "setup-go")])
            .args(self.variables.iter().flat_map(|pair| ["--env", pair.as_str()]))
            .args(given.iter().flat_map(|(kind, pair)| [*kind, *pair]))
            .current_dir(repository.folder())
            .env_clear()
            .env(
                "PATH",
                format!("{}:{}", self.at("bin").display(), std::env::var("PATH").unwrap()),
            )
            .env("HOME", self.at("home"))
            .env("TMPDIR", self.at("temporary"))
            .stdin(Stdio::null());
        let output = command.output().unwrap();
        let log = [output.stdout, output.stderr].concat();
        let log = self.plain(&String::from_utf8_lossy(&log));
        println!("{log}");
        Ran {
            success: output.status.success(),
            log,
        }
    }

    fn plain(&self, text: &str) -> String {
        let colours = Regex::new("\x1b\\[[0-9;]*m").unwrap();
        colours
            .replace_all(text, "")
            .replace('\r', "")
            .replace(&self.folder.path().display().to_string(), "[RUNNER]")
    }
}

impl Ran {
    /// The annotations that the runner took, in their order; not what only reads like one.
    pub(super) fn annotations(&self) -> Vec<&str> {
        let lines = self.log.lines();
        lines.filter_map(|line| Some(line.split_once("❗  ")?.1)).collect()
    }
}

/// The example, committed, with more lines at the end of its workflow.
pub(super) fn example(more: &str) -> Repository {
    let repository = Repository::of_the_example();
    let workflow = fs::read_to_string(Path::new(TOP).join("examples/temperature").join(WORKFLOW)).unwrap();
    let builder = "          builder: local\n";
    let binary = format!("{builder}          binary: {}\n", env!("CARGO_BIN_EXE_pelato"));
    repository.write(WORKFLOW, &(workflow.replace(builder, &binary) + more));
    commit(&repository);
    repository
}

/// Commits all of it.
pub(super) fn commit(repository: &Repository) {
    repository.git(&["add", "-A"]);
    repository.git(&["commit", "-q", "--allow-empty", "-m", "a commit"]);
}

/// The pinned `actions/cache@…` of action.yml.
fn cache_action() -> String {
    let action = fs::read_to_string(Path::new(TOP).join("action/action.yml")).unwrap();
    let pins = Regex::new(r"actions/cache/(?:restore|save)@([0-9a-f]{40})").unwrap();
    let mut pins = pins.captures_iter(&action).map(|found| found[1].to_owned());
    let (restore, save) = (pins.next().unwrap(), pins.next().unwrap());
    assert_eq!(restore, save, "both are of one release");
    format!("actions/cache@{restore}")
}

/// The pinned `actions/setup-go@…` of the example.
fn setup_go() -> String {
    let workflow = fs::read_to_string(Path::new(TOP).join("examples/temperature").join(WORKFLOW)).unwrap();
    let pin = Regex::new("actions/setup-go@[0-9a-f]{40}").unwrap();
    pin.find(&workflow).unwrap().as_str().to_owned()
}

/// In place of `actions/setup-go`: Go is there.
const SETUP_GO: &str = include_str!("instead/setup-go.yml");

/// In place of `actions/cache/restore`: a folder for each key.
const RESTORE: &str = include_str!("instead/cache-restore.yml");

/// In place of `actions/cache/save`.
const SAVE: &str = include_str!("instead/cache-save.yml");
