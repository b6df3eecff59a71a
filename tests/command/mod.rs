//! The real `pelato` program on a project of its own: its own home, its own
//! temporary folder, and nothing of this machine's environment but Go.

#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::print_stdout, reason = "it is shown where a test fails")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop here")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use pelato::build::Options;
use regex::Regex;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

/// A command that takes longer than this hangs.
const HANGS: Duration = Duration::from_secs(400);

/// A function that returns what it is given.
pub(crate) const ECHO: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

/// A project of the user's, and the surroundings in which they call `pelato`.
pub(crate) struct Project {
    folder: TempDir,
    variables: BTreeMap<String, String>,
    /// What a run says of the surroundings → what a snapshot has instead.
    names: Vec<(String, String)>,
}

impl Project {
    /// An empty folder `thermo`, checked out from `https://git.example.org/<repository>`.
    pub(crate) fn of(repository: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["home", "tmp", "thermo"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let git = git2::Repository::init(folder.path().join("thermo")).unwrap();
        let origin = format!("https://git.example.org/{repository}.git");
        git.remote("origin", &origin).unwrap();
        let path = |part: &str| folder.path().join(part).display().to_string();
        let variables = BTreeMap::from([
            ("HOME".to_owned(), path("home")),
            ("TMPDIR".to_owned(), path("tmp")),
            ("PATH".to_owned(), std::env::var("PATH").unwrap()),
            ("PELATO_BUILDER".to_owned(), "local".to_owned()),
        ]);
        let mut project = Self {
            names: ["thermo", "home"]
                .map(|part| (path(part), format!("[{}]", part.to_uppercase())))
                .into(),
            folder,
            variables,
        };
        // The caches that are warm already.
        let set = |name: &str| std::env::var(name).ok();
        let cache = Options::from_variables(set).cache;
        let written = std::fs::read_to_string(cache.join("docker.env")).unwrap_or_default();
        let base = written
            .lines()
            .find_map(|line| line.strip_prefix("export PELATO_GO_IMAGE="));
        if let Some(base) = set("PELATO_GO_IMAGE").or_else(|| base.map(str::to_owned)) {
            project.variables.insert("PELATO_GO_IMAGE".to_owned(), base);
        }
        project.with("PELATO_CACHE", &cache.display().to_string())
    }

    /// The same with a variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with a name for what differs from run to run, an address say.
    pub(crate) fn calling(mut self, text: &str, name: &str) -> Self {
        self.names.push((text.to_owned(), name.to_owned()));
        self
    }

    /// The project's folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("thermo")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes the workflow.
    pub(crate) fn workflow(&self, tasks: &[Task]) {
        let tasks: String = tasks.iter().map(Task::yaml).collect();
        self.write("workflow.yaml", &format!("project_name: Thermo\ntasks:\n{tasks}"));
    }

    /// Commits all that is there: 40 hex digits.
    pub(crate) fn commit(&self) -> String {
        let repository = git2::Repository::open(self.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let ada = git2::Signature::now("Ada", "ada@example.org").unwrap();
        let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<_> = parent.iter().collect();
        let commit = repository.commit(Some("HEAD"), &ada, &ada, "a commit", &tree, &parents);
        commit.unwrap().to_string()
    }

    /// Calls `pelato` and waits until it has ended.
    pub(crate) async fn pelato(&self, arguments: &[&str]) -> Ended {
        self.ended(self.start(arguments)).await
    }

    /// Calls `pelato` with an input and waits until it has ended.
    pub(crate) async fn pelato_reading(&self, input: &[u8], arguments: &[&str]) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // One that does not read all of it is told by how it ends.
        let writing = async move { drop(stdin.write_all(input).await) };
        tokio::join!(writing, self.ended(child)).1
    }

    /// Calls `pelato`.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// A call of `pelato`, without anything on its standard input.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// How a call ended. What it said is printed: it is what a failing test needs.
    #[allow(clippy::print_stdout, reason = "cargo shows it where a test fails")]
    pub(crate) async fn ended(&self, child: Child) -> Ended {
        let output = tokio::time::timeout(HANGS, child.wait_with_output());
        let output = output.await.expect("pelato hangs").unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let ended = Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            bytes: output.stdout,
            said: self.masked(&stderr),
        };
        println!("{} {}", ended.code.unwrap_or(-1), stderr);
        ended
    }

    /// What a command left where it must not leave anything.
    pub(crate) fn left_behind(&self) -> Vec<PathBuf> {
        let list = |path: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(path).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect()
        };
        let mut left = list(&self.folder.path().join("tmp"));
        let hidden = |path: &PathBuf| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(".pelato"))
        };
        left.extend(list(&self.path()).into_iter().filter(hidden));
        left
    }

    /// The folders of `gen/`, or none where there is no `gen/`.
    pub(crate) fn generated(&self) -> Option<Vec<String>> {
        let entries = std::fs::read_dir(self.path().join("gen")).ok()?;
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        Some(names)
    }

    /// Without what differs from run to run.
    fn masked(&self, text: &str) -> String {
        let named = self
            .names
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        [
            (r" \(\d+\.\d\d s\)", ""),
            (r"\d+\.\d+ ms\b", "[TIME]"),
            (r"\d+\.\d s\b", "[TIME]"),
            (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
            (r"(\d\.\d\.\d)-[0-9a-f]{12}", "$1-[DIGEST]"),
            (r"\d\.\d MB", "[SIZE]"),
            (r"go1\.\d+\.\d+", "go[VERSION]"),
            (r"127\.0\.0\.1:\d{2,5}", "127.0.0.1:[PORT]"),
        ]
        .iter()
        .fold(named, |text, (pattern, name)| {
            Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
        })
    }
}

/// How a call of `pelato` ended.
pub(crate) struct Ended {
    /// None where a signal ended it.
    pub(crate) code: Option<i32>,
    /// As it came, where it is text.
    pub(crate) stdout: String,
    /// The same byte by byte.
    pub(crate) bytes: Vec<u8>,
    /// stderr, without what differs from run to run.
    pub(crate) said: String,
}

impl Ended {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("stdout is one JSON document")
    }

    /// The last line: what it came to.
    pub(crate) fn last(&self) -> &str {
        self.said.trim_end().lines().last().unwrap_or_default()
    }

    /// What was said in an order that does not depend on which task was quicker.
    pub(crate) fn sorted(&self) -> String {
        let mut lines: Vec<&str> = self.said.lines().collect();
        let last = lines.pop();
        lines.sort_by_key(|line| line.trim_start().to_owned());
        lines.into_iter().chain(last).collect::<Vec<_>>().join("\n")
    }
}

/// A task of a workflow.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) component_name: String,
    pub(crate) code: String,
    pub(crate) targets: Vec<&'static str>,
    pub(crate) version: &'static str,
    /// Where it listens; none for a task that only takes messages.
    pub(crate) address: Option<String>,
}

impl Task {
    /// A task that takes messages from `<component_name>.in` to `<component_name>.out`,
    /// its code in `tasks/<component_name>.go`.
    pub(crate) fn processor(component_name: &str, targets: &[&'static str]) -> Self {
        Self {
            component_name: component_name.to_owned(),
            code: format!("{component_name}.go"),
            targets: targets.to_vec(),
            version: "1.0.0",
            address: None,
        }
    }

    /// One that takes POST requests too.
    pub(crate) fn http(component_name: &str, targets: &[&'static str], address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..Self::processor(component_name, targets)
        }
    }

    fn yaml(&self) -> String {
        let Self {
            component_name,
            code,
            targets,
            version,
            address,
        } = self;
        let template = if address.is_some() {
            "http_producer_nats"
        } else {
            "processor_nats"
        };
        let mut yaml = format!(
            "  - name: {component_name}\n    type: {template}\n    code: {code}\n    targets: [{}]\n    \
             source_topic: {component_name}.in\n    dest_topic: {component_name}.out\n    \
             component_name: {component_name}\n    version: {version}\n",
            targets.join(", ")
        );
        if let Some(address) = address {
            yaml.push_str(&format!("    address: {address}\n"));
        }
        yaml
    }
}
