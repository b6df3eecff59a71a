//! The files of one project, in memory.

use std::collections::BTreeMap;

use super::SourceError;

/// The files of one project that Pelato reads: `workflow.yaml` and all below
/// `tasks/`. Paths are relative to the project's folder, with `/` between their
/// parts. Bounded when it is read, so that a hostile repository cannot fill the
/// memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFiles {
    /// The project's folder within its repository, `.` for the top.
    pub path: String,
    /// Path to content.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a project, and a repository, may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files and folders of a repository that are looked at.
    pub entries: usize,
    /// Projects of a repository.
    pub projects: usize,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of one project.
    pub project: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 200_000,
            projects: 2_000,
            file: 8 << 20,
            project: 64 << 20,
        }
    }
}

impl ProjectFiles {
    /// A file's content.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// How messages name a file of the project.
    pub fn shown(&self, path: &str) -> String {
        match self.path.as_str() {
            "." => path.to_owned(),
            folder => format!("{folder}/{path}"),
        }
    }
}

/// A project while it is read.
pub(super) struct Filling<'l> {
    project: ProjectFiles,
    /// What is in it already.
    bytes: u64,
    pub(super) limits: &'l Limits,
}

impl<'l> Filling<'l> {
    /// Begins with the project in the folder `path`.
    pub(super) fn of(path: String, limits: &'l Limits) -> Self {
        Self {
            project: ProjectFiles {
                path,
                ..ProjectFiles::default()
            },
            bytes: 0,
            limits,
        }
    }

    /// Its folder.
    pub(super) fn path(&self) -> &str {
        &self.project.path
    }

    /// How messages name a file of the project.
    pub(super) fn shown(&self, path: &str) -> String {
        self.project.shown(path)
    }

    /// Adds a file that is not there yet, within the limits.
    pub(super) fn add(&mut self, path: String, content: Vec<u8>) -> Result<(), SourceError> {
        check_file(&self.shown(&path), content.len() as u64, self.limits)?;
        self.bytes += content.len() as u64;
        if self.bytes > self.limits.project {
            return Err(SourceError::TooLarge {
                what: format!(
                    "the files of the project `{}` have {} bytes",
                    self.project.path, self.bytes
                ),
                limit: self.limits.project,
            });
        }
        self.project.files.insert(path, content);
        Ok(())
    }

    /// The project, when all is in it.
    pub(super) fn done(self) -> ProjectFiles {
        self.project
    }
}

/// A file's size, before its content is read.
pub(super) fn check_file(path: &str, size: u64, limits: &Limits) -> Result<(), SourceError> {
    if size > limits.file {
        return Err(SourceError::TooLarge {
            what: format!("{path} has {size} bytes"),
            limit: limits.file,
        });
    }
    Ok(())
}
