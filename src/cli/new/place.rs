//! Files of a new project onto the disk, none in the place of another.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::cli::CommandError;

/// What a folder that is no project yet may have already.
const KEPT: [&str; 2] = [".gitignore", ".env.template"];

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub(super) written: Vec<String>,
    /// Were there, and are as they were.
    pub(super) kept: Vec<String>,
}

/// Whether a project can begin there.
pub(super) fn is_free(dir: &Path) -> Result<(), CommandError> {
    if is_there(&dir.join("workflow.yaml")) {
        return Err(CommandError::Usage(format!(
            "{} has a workflow.yaml already, which is left as it is: name another folder, or add a task to it (`pelato templates show NAME` prints one)",
            dir.display()
        )));
    }
    Ok(())
}

/// Writes the files below `dir`. Where one cannot be written, none is.
pub(super) fn write(dir: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Placed, CommandError> {
    let mut placed = Placed::default();
    for path in files.keys() {
        let place = dir.join(path);
        match is_there(&place) {
            true if KEPT.contains(&path.as_str()) => placed.kept.push(path.clone()),
            true => {
                return Err(CommandError::Usage(format!(
                    "{} is there already: nothing was written; call the task something else with --task, or name another folder",
                    place.display()
                )));
            }
            false => {}
        }
    }
    let tasks = dir.join("tasks");
    if fs::symlink_metadata(&tasks).is_ok_and(|kind| !kind.is_dir()) {
        return Err(CommandError::Usage(format!(
            "{} is no folder (a link is not followed): move it away",
            tasks.display()
        )));
    }
    fs::create_dir_all(&tasks).map_err(|error| cannot(&tasks, &error))?;
    for (path, content) in files {
        if placed.kept.contains(path) {
            continue;
        }
        let place = dir.join(path);
        // Fails where something came meanwhile, a link too.
        let new = OpenOptions::new().write(true).create_new(true).open(&place);
        if let Err(error) = new.and_then(|mut file| file.write_all(content)) {
            for path in &placed.written {
                // The first error is the one that helps.
                let _ = fs::remove_file(dir.join(path));
            }
            return Err(cannot(&place, &error));
        }
        placed.written.push(path.clone());
    }
    Ok(placed)
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn cannot(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::Usage(format!("cannot write {}: {error}", path.display()))
}
