//! What is in `gen/`, beside what is to be there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::{Files, WriteError, io_at};

/// The file by which a folder of ours is known, and that keeps it out of commits.
pub(super) const MARK: &str = ".gitignore";
pub(super) const MARK_CONTENT: &[u8] = b"# Written by `pelato gen`, which replaces this whole folder.\n*\n";

/// What is in `gen/`, beside what is to be there.
#[derive(Default)]
pub(super) struct Present {
    pub(super) paths: BTreeSet<String>,
    /// Those of them that are to be there no more, or have another content.
    others: BTreeSet<String>,
}

impl Present {
    /// Whether of the paths that `count` there are these files and no others.
    pub(super) fn is(&self, files: &Files<'_>, count: impl Fn(&str) -> bool) -> bool {
        let number = |paths: &mut dyn Iterator<Item = &String>| paths.filter(|path| count(path)).count();
        number(&mut self.others.iter()) == 0 && number(&mut self.paths.iter()) == number(&mut files.keys())
    }
}

/// What is there now: none for no folder.
pub(super) fn present(dir: &Path, wanted: &Files<'_>) -> Result<Option<Present>, WriteError> {
    let kind = match fs::symlink_metadata(dir) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_at(dir)(source)),
    };
    if !kind.is_dir() {
        return Err(WriteError::NotFolder { path: dir.to_owned() });
    }
    let empty = fs::read_dir(dir).map_err(io_at(dir))?.next().is_none();
    if !empty && !is_marked(dir) {
        return Err(WriteError::NotOurs { path: dir.to_owned() });
    }
    look(dir, wanted).map(Some)
}

/// All below `dir`, links not followed.
pub(super) fn look(dir: &Path, wanted: &Files<'_>) -> Result<Present, WriteError> {
    let mut looking = Looking {
        wanted,
        found: Present::default(),
        content: Vec::new(),
    };
    looking.at(dir, "")?;
    Ok(looking.found)
}

fn is_marked(dir: &Path) -> bool {
    let mark = dir.join(MARK);
    fs::symlink_metadata(&mark).is_ok_and(|metadata| metadata.is_file())
        && fs::read(&mark).is_ok_and(|content| content == MARK_CONTENT)
}

struct Looking<'w> {
    wanted: &'w Files<'w>,
    found: Present,
    /// Of one file after the other: there may be thousands.
    content: Vec<u8>,
}

impl Looking<'_> {
    fn at(&mut self, dir: &Path, prefix: &str) -> Result<(), WriteError> {
        for entry in fs::read_dir(dir).map_err(io_at(dir))? {
            let entry = entry.map_err(io_at(dir))?;
            let path = entry.path();
            let mut name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(io_at(&path))?;
            if kind.is_dir() {
                name.push('/');
                self.at(&path, &name)?;
                continue;
            }
            if !kind.is_file() {
                // A link, say: under a name that no file of ours has.
                name.push('\0');
            }
            let same = match self.wanted.get(&name) {
                Some(wanted) => self.is(&path, wanted).map_err(io_at(&path))?,
                None => false,
            };
            if !same {
                self.found.others.insert(name.clone());
            }
            self.found.paths.insert(name);
        }
        Ok(())
    }

    fn is(&mut self, path: &Path, wanted: &[u8]) -> io::Result<bool> {
        self.content.clear();
        // One byte more than is wanted shows that there is more.
        let most = wanted.len() as u64 + 1;
        File::open(path)?.take(most).read_to_end(&mut self.content)?;
        Ok(self.content == wanted)
    }
}
