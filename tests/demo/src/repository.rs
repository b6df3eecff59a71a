//! The bare repository that a forge would hold, and somebody's clone of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::ports;

/// What a project is made of; `gen/` and settings of whoever tried it are not.
const WORKFLOW: &str = "workflow.yaml";
const TASKS: &str = "tasks";

/// A clone, and where it came from.
pub(crate) struct Repository {
    bare: PathBuf,
    clone: PathBuf,
}

/// A push, as git showed it.
pub(crate) struct Pushed {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) output: String,
}

impl Repository {
    /// An empty bare repository below `folder`, and a clone of it.
    pub(crate) fn new(folder: &Path) -> anyhow::Result<Self> {
        let repository = Self {
            bare: folder.join("temperature.git"),
            clone: folder.join("temperature"),
        };
        std::fs::create_dir_all(&repository.clone)?;
        let (bare, clone) = (path(&repository.bare)?, path(&repository.clone)?);
        git(folder, &["init", "--quiet", "--bare", "--initial-branch=main", bare])?;
        // A clone of an empty repository takes its branch from the user's settings.
        git(folder, &["init", "--quiet", "--initial-branch=main", clone])?;
        repository.git(&["remote", "add", "origin", bare])?;
        Ok(repository)
    }

    /// The only address that the runner fetches from.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.bare.display())
    }

    /// Copies the example into the clone. Gives the ports that were taken on this
    /// machine, and which it got instead.
    pub(crate) fn fill(&self, example: &Path) -> anyhow::Result<Vec<(u16, u16)>> {
        let (workflow, changed) = ports::freed(&read(&example.join(WORKFLOW))?)?;
        std::fs::write(self.clone.join(WORKFLOW), workflow)?;
        std::fs::create_dir(self.clone.join(TASKS))?;
        for file in std::fs::read_dir(example.join(TASKS))? {
            let file = file?;
            std::fs::copy(file.path(), self.clone.join(TASKS).join(file.file_name()))?;
        }
        Ok(changed)
    }

    /// Replaces what occurs exactly once in a file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> anyhow::Result<()> {
        let path = self.clone.join(file);
        let text = read(&path)?;
        if text.matches(from).count() != 1 {
            bail!("{file} of the example does not hold `{from}` once: the demo and the example have drifted apart");
        }
        Ok(std::fs::write(path, text.replace(from, to))?)
    }

    /// The lines that differ from the last commit.
    pub(crate) fn difference(&self) -> anyhow::Result<String> {
        let all = self.git(&["diff", "--unified=0", "--no-color"])?;
        let changed = |line: &&str| line.starts_with(['+', '-']);
        Ok(all.lines().filter(changed).collect::<Vec<_>>().join("\n"))
    }

    /// Commits everything and pushes it.
    pub(crate) fn push(&self, message: &str) -> anyhow::Result<Pushed> {
        let head = || {
            self.git(&["rev-parse", "--verify", "--quiet", "HEAD"])
                .map(|head| head.trim().to_owned())
        };
        // A forge says "before" with zeros for a branch that is new.
        let before = head().unwrap_or_else(|_| "0".repeat(40));
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", message])?;
        let output = self.git(&["push", "origin", "main"])?;
        Ok(Pushed {
            before,
            after: head()?,
            output,
        })
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        git(&self.clone, arguments)
    }
}

/// Runs git with settings of its own: whoever runs the demo may sign commits,
/// have hooks or have no name set. Gives all that it printed.
fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    let output = command
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .context("cannot run git; install it")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if !output.status.success() {
        bail!("git {} failed: {}", arguments.join(" "), text.trim());
    }
    Ok(text)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}
