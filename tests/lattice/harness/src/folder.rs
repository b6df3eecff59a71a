//! The folder that all parts of one lattice work in, and its reaper.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::continuum::Network;

const REAPER: &str = include_str!("reaper.sh");

/// Names a folder that the logs of every lattice are saved in.
const LOGS: &str = "PELATO_LATTICE_LOGS";

/// A temporary folder. When it is dropped, or the process that holds it dies,
/// every process that works in it is killed and it is removed.
pub(crate) struct Folder {
    path: PathBuf,
    reaper: Child,
}

impl Folder {
    /// One, whose reaper takes `network` down too.
    pub(crate) fn new(network: Option<&Network>) -> anyhow::Result<Self> {
        let path = tempfile::Builder::new()
            .prefix("lattice-")
            .tempdir()
            .context("cannot make a temporary folder for the lattice")?
            .keep();
        // The reaper compares with what /proc says, which is free of links.
        let path = path.canonicalize()?;
        let reaper = Command::new("sh")
            .args(["-c", REAPER, "reaper"])
            .arg(&path)
            .arg(std::env::var_os(LOGS).unwrap_or_default())
            .args(network.map(Network::number))
            .stdin(Stdio::piped())
            // It holds the network's number until it has taken it down.
            .stdout(network.map_or_else(|| Ok(Stdio::null()), |network| network.lock().map(Stdio::from))?)
            .stderr(Stdio::null())
            // Ctrl-C on a terminal goes to a whole group.
            .process_group(0)
            .spawn()
            .context("cannot start the lattice's reaper (sh)")?;
        let folder = Self { path, reaper };
        std::fs::create_dir(folder.logs())?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where each part writes `<part>.log`.
    pub(crate) fn logs(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The folder that a part works in, made when it is missing.
    pub(crate) fn of(&self, part: &str) -> io::Result<PathBuf> {
        let path = self.path.join(part);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.reaper.stdin.take());
        // Nothing can be done about a reaper that cannot be waited for.
        let _ = self.reaper.wait();
    }
}

/// How many processes work in `folder` or below it. A folder that nobody works
/// in has no living part of a lattice, nor any child of one.
pub fn working_in(folder: &Path) -> usize {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return 0;
    };
    processes
        .filter_map(|process| std::fs::read_link(process.ok()?.path().join("cwd")).ok())
        .filter(|home| home.starts_with(folder))
        .count()
}
