//! The files of one project, in memory.

use std::collections::BTreeMap;

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

impl ProjectFiles {
    /// A file's content.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }
}
