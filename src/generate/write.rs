//! `gen/` on the disk, for people to look at. The builder does not read it.

mod present;

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use self::present::{MARK, MARK_CONTENT, present};
use super::{Manifest, Sources};

/// What [`write`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteSummary {
    /// How many files there are now.
    pub files: usize,
    /// The tasks that are there no more.
    pub removed: Vec<String>,
    /// Whether all was as it should be already, so that nothing was touched.
    pub unchanged: bool,
}

/// Why `gen/` is as it was.
#[derive(Debug, Error)]
pub enum WriteError {
    /// It is a link or no folder.
    #[error("{path} is not a folder (a link is not followed): move it away")]
    NotFolder {
        /// The path.
        path: PathBuf,
    },
    /// It holds what someone else put there.
    #[error("{path} was not written by pelato, which would replace all of it: move it away or delete it")]
    NotOurs {
        /// The path.
        path: PathBuf,
    },
    /// A file that would lie outside.
    #[error("{name:?} cannot be the path of a generated file")]
    Name {
        /// The path.
        name: String,
    },
    /// The disk.
    #[error("cannot write {path}: {source}")]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Makes `dir` hold exactly these projects: `<component_name>/` with the sources
/// and `wadm-<target>.yaml`. It is written beside `dir` and then takes its place,
/// so that a failure leaves what was there.
pub fn write<S: Borrow<Sources>>(dir: &Path, projects: &[(S, Vec<Manifest>)]) -> Result<WriteSummary, WriteError> {
    let files = files(projects)?;
    let before = present(dir, &files)?;
    let removed = match &before {
        Some(before) => tasks(before.paths.iter())
            .filter(|task| !tasks(files.keys()).any(|now| now == *task))
            .map(str::to_owned)
            .collect(),
        None => Vec::new(),
    };
    let summary = WriteSummary {
        files: files.len() - 1,
        removed,
        unchanged: before.as_ref().is_some_and(|before| before.is(&files, |_| true)),
    };
    if !summary.unchanged {
        replace(dir, &files, before.is_some())?;
    }
    Ok(summary)
}

/// Makes the folders of these projects in `dir` hold exactly them; every other folder
/// stays as it is. All are written beside `dir` before the first takes its place, and
/// each of them is the old one or the new one, never a part of either.
pub fn write_some<S: Borrow<Sources>>(dir: &Path, projects: &[(S, Vec<Manifest>)]) -> Result<WriteSummary, WriteError> {
    let files = files(projects)?;
    let before = match present(dir, &files)? {
        Some(before) if before.paths.contains(MARK) => before,
        // Nobody else's folder can be there.
        _ => return write(dir, projects),
    };
    let is_of = |path: &str, task: &str| path.split(['/', '\0']).next() == Some(task);
    let changed: Vec<&str> = tasks(files.keys())
        .filter(|task| !before.is(&files, |path| is_of(path, task)))
        .collect();
    if !changed.is_empty() {
        let new = files
            .iter()
            .filter(|(path, _)| changed.iter().any(|task| is_of(path, task)));
        replace_some(dir, &changed, new)?;
    }
    Ok(WriteSummary {
        files: files.len() - 1,
        removed: Vec::new(),
        unchanged: changed.is_empty(),
    })
}

/// All paths below `gen/` and their contents.
type Files<'p> = BTreeMap<String, Cow<'p, [u8]>>;

fn files<S: Borrow<Sources>>(projects: &[(S, Vec<Manifest>)]) -> Result<Files<'_>, WriteError> {
    let mut files = Files::from([(MARK.to_owned(), MARK_CONTENT.into())]);
    for (sources, manifests) in projects {
        let sources = sources.borrow();
        let task = &sources.component_name;
        for (path, content) in &sources.files {
            files.insert(format!("{task}/{path}"), content.into());
        }
        for manifest in manifests {
            files.insert(
                format!("{task}/wadm-{}.yaml", manifest.target),
                manifest.to_yaml().into_bytes().into(),
            );
        }
    }
    match files.keys().find(|path| !is_plain(path)) {
        Some(path) => Err(WriteError::Name { name: path.clone() }),
        None => Ok(files),
    }
}

/// Whether a path stays where it is put: no `..`, no root, nothing empty.
fn is_plain(path: &str) -> bool {
    !path.contains(['\\', '\0'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// The first part of each path, once.
fn tasks<'p>(paths: impl Iterator<Item = &'p String>) -> impl Iterator<Item = &'p str> {
    let mut last = None;
    paths
        .filter_map(|path| Some(path.split_once('/')?.0))
        .filter(move |task| last.replace(*task) != Some(*task))
}

/// Writes a new folder beside `dir` and puts it in its place.
fn replace(dir: &Path, files: &Files<'_>, exists: bool) -> Result<(), WriteError> {
    let aside = beside(dir)?;
    let new = aside.path().join("new");
    fill(&new, files.iter())?;
    swap(&new, dir, exists.then(|| aside.path().join("old")).as_deref())?;
    // The old folder goes with the temporary one; a link in it is not followed.
    aside.close().map_err(io_at(dir))
}

/// The same for some folders in `dir`, with all their files.
fn replace_some<'f>(
    dir: &Path,
    changed: &[&str],
    files: impl Iterator<Item = (&'f String, &'f Cow<'f, [u8]>)>,
) -> Result<(), WriteError> {
    let aside = beside(dir)?;
    let new = aside.path().join("new");
    fill(&new, files)?;
    let old = aside.path().join("old");
    fs::create_dir(&old).map_err(io_at(&old))?;
    for task in changed {
        let place = dir.join(task);
        // A link that stands there is moved away, and not followed.
        let exists = fs::symlink_metadata(&place).is_ok();
        swap(&new.join(task), &place, exists.then(|| old.join(task)).as_deref())?;
    }
    aside.close().map_err(io_at(dir))
}

/// A folder beside `dir`, on the same disk, that goes when it is dropped.
fn beside(dir: &Path) -> Result<tempfile::TempDir, WriteError> {
    let parent = match dir.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    tempfile::Builder::new()
        .prefix(".pelato-gen-")
        .tempdir_in(parent)
        .map_err(io_at(parent))
}

/// Writes files below a folder that is nobody else's.
fn fill<'f>(folder: &Path, files: impl Iterator<Item = (&'f String, &'f Cow<'f, [u8]>)>) -> Result<(), WriteError> {
    // The files come folder by folder.
    let mut made = PathBuf::new();
    for (path, content) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent()
            && made != parent
        {
            fs::create_dir_all(parent).map_err(io_at(parent))?;
            parent.clone_into(&mut made);
        }
        fs::write(&path, content).map_err(io_at(&path))?;
    }
    Ok(())
}

/// Puts `new` in the place of `place`, which goes to `old` where there is something.
fn swap(new: &Path, place: &Path, old: Option<&Path>) -> Result<(), WriteError> {
    if let Some(old) = old {
        fs::rename(place, old).map_err(io_at(place))?;
    }
    fs::rename(new, place).map_err(|error| {
        if let Some(old) = old {
            // Should this fail too, the first error is the one that helps.
            let _ = fs::rename(old, place);
        }
        io_at(place)(error)
    })
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io { path, source }
}

#[cfg(test)]
mod tests;
