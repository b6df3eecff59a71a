//! One running program of the lattice.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::time::{Instant, sleep};

use crate::folder::Folder;

/// How long a part that was asked to stop may take.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// How much of a log an error shows.
const TAIL_LINES: usize = 20;

/// A program in a process group of its own, which what it starts belongs to.
pub(crate) struct Part {
    name: String,
    child: Child,
    log: PathBuf,
}

/// What it takes to start a part, as often as wanted.
pub(crate) struct Recipe {
    name: String,
    home: PathBuf,
    log: PathBuf,
    command: Vec<OsString>,
    variables: Vec<(&'static str, String)>,
}

impl Recipe {
    /// `program`, in the folder of the part `name`.
    pub(crate) fn new(
        folder: &Folder,
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = String>,
    ) -> anyhow::Result<Self> {
        let arguments = arguments.into_iter().map(OsString::from);
        Ok(Self {
            name: name.to_owned(),
            home: folder.of(name)?,
            log: folder.logs().join(format!("{name}.log")),
            command: std::iter::once(program.into()).chain(arguments).collect(),
            variables: Vec::new(),
        })
    }

    /// The same behind a command that ends in starting its arguments.
    pub(crate) fn behind(mut self, prefix: impl IntoIterator<Item = String>) -> Self {
        self.command.splice(0..0, prefix.into_iter().map(OsString::from));
        self
    }

    /// The same with a variable.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Starts it with almost nothing in its environment: the registry, wadm and the
    /// hosts all take settings from variables, and those of the tests are not meant
    /// for them.
    pub(crate) fn start(&self) -> anyhow::Result<Part> {
        let Self { name, home, log, .. } = self;
        // A part that is started again goes on in its log.
        let output = File::options().create(true).append(true).open(log)?;
        let child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", home)
            // A host's cache of images lies there, and hosts may not share it.
            .env("TMPDIR", home)
            .env("RUST_LOG", "info")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name} ({})", Path::new(&self.command[0]).display()))?;
        Ok(Part {
            name: name.clone(),
            child,
            log: log.clone(),
        })
    }
}

impl Part {
    /// Starts `program` in the folder of the part `name`.
    pub(crate) fn start(
        folder: &Folder,
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = String>,
    ) -> anyhow::Result<Self> {
        Recipe::new(folder, name, program, arguments)?.start()
    }

    /// An error with the end of its log when the part has ended.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let log = self.log()?;
                let lines: Vec<_> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n");
                bail!("{} ended ({status}); the end of its log:\n{tail}", self.name)
            }
        }
    }

    /// Whether the program still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(crate) fn log(&self) -> anyhow::Result<String> {
        let bytes = std::fs::read(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The id of the process, which is also the id of its group.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the whole group.
    pub(crate) fn signal_group(&self, signal: Signal) -> anyhow::Result<()> {
        kill_process_group(self.pid()?, signal).with_context(|| format!("cannot send {signal:?} to {}", self.name))
    }

    /// Sends a signal to the program alone.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        kill_process(self.pid()?, signal).with_context(|| format!("cannot send {signal:?} to {}", self.name))
    }

    /// Kills the whole group at once.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.signal_group(Signal::KILL)?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the program to stop and waits for it. What it leaves of its group
    /// is killed, as a service manager would.
    pub(crate) async fn terminate(&mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let end = Instant::now() + STOP_LIMIT;
        while self.runs() && Instant::now() < end {
            sleep(Duration::from_millis(20)).await;
        }
        // In the best case nobody is left in the group.
        let _ = kill_process_group(self.pid()?, Signal::KILL);
        self.child.wait()?;
        Ok(())
    }

    fn pid(&self) -> anyhow::Result<Pid> {
        i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .with_context(|| format!("{} has no process id", self.name))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.runs() {
            // A part that cannot be killed is left to the folder's reaper.
            let _ = self.kill();
        }
    }
}
