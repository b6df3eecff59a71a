//! A revision of the repository that a folder is in → its projects.

use std::path::Path;

use git2::{ErrorCode, Repository};

use super::folder::is_left_out;
use super::{Limits, ProjectFiles, SourceError, read_commit};
use crate::workflow;

/// The projects of a revision, and its commit.
#[derive(Clone, Debug)]
pub struct Revision {
    /// 40 hex digits.
    pub commit: String,
    /// In the order of their paths.
    pub projects: Vec<ProjectFiles>,
}

/// What [`super::read_folder`] gives for `dir`, as it was at `revision` (all that git
/// understands as a commit) of the repository in `top`. A folder that had no project
/// then gives none.
///
/// # Errors
/// [`SourceError::Revision`] where there is no such commit, [`SourceError::NotTrusted`] where
/// the files are another user's; as `read_folder` for what
/// is in it.
pub fn read_revision(dir: &Path, top: &Path, revision: &str, limits: &Limits) -> Result<Revision, SourceError> {
    let unknown = |reason: String| SourceError::Revision {
        revision: revision.to_owned(),
        reason,
    };
    let repository = Repository::discover(top).map_err(|error| match error.code() {
        // As in a container that runs as another user than who checked it out.
        ErrorCode::Owner => SourceError::NotTrusted(top.to_owned()),
        _ => unknown("the folder is in no git repository".into()),
    })?;
    let commit = repository
        .revparse_single(revision)
        .and_then(|object| object.peel_to_commit())
        .map_err(|error| unknown(error.message().to_owned()))?
        .id();
    let mut projects = read_commit(&repository, commit, limits)?;
    let folder = dir.strip_prefix(top).unwrap_or(Path::new(""));
    let alone = dir.join(workflow::FILE).symlink_metadata().is_ok();
    projects.retain(|project| {
        let path = match project.path.as_str() {
            "." => Path::new(""),
            path => Path::new(path),
        };
        match path.strip_prefix(folder) {
            Ok(below) if alone => below.as_os_str().is_empty(),
            Ok(below) => !below.iter().any(|part| is_left_out(&part.to_string_lossy())),
            Err(_) => false,
        }
    });
    Ok(Revision {
        commit: commit.to_string(),
        projects,
    })
}
