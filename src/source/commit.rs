//! A commit that was fetched: its projects are known, and read when they are asked for.

use std::fs;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use git2::{Oid, Repository};
use tempfile::NamedTempFile;

use super::index::Index;
use super::tree::read;
use super::{Limits, ProjectFiles, SourceError};
use crate::premises::Premises;

/// In the mirror's folder: the index of the commit that was looked at last. Whoever
/// deletes it has all trees looked at once more.
const FILE: &str = "pelato-projects";

/// A commit that was fetched. Its calls block.
pub struct Commit {
    // libgit2's handle is for one thread at a time.
    repository: Mutex<Repository>,
    tree: Oid,
    projects: Vec<ProjectName>,
    limits: Limits,
    /// Who has a commit may still write beside it.
    _premises: Arc<Premises>,
}

/// A project of a commit, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName {
    /// The project's folder, `.` for the top.
    pub path: String,
    /// Git's names of all that is read of it: the same text is the same project.
    pub content: String,
}

impl Commit {
    pub(super) fn of(
        repository: &Repository,
        commit: Oid,
        limits: &Limits,
        premises: Arc<Premises>,
    ) -> Result<Self, SourceError> {
        let repository = Repository::open_bare(repository.path())?;
        let tree = repository.find_commit(commit)?.tree_id();
        let file = repository.path().join(FILE);
        let before = fs::read_to_string(&file).ok().and_then(|text| Index::of_text(&text));
        let is_kept = before.as_ref().is_some_and(|before| before.is_of(tree));
        let index = Index::of(&repository, tree, before, limits)?;
        if !is_kept {
            // Without it the next look takes longer, and is as right.
            if let Err(error) = keep(&repository, &index) {
                tracing::warn!(%error, file = %file.display(), "the index of a repository could not be kept");
            }
        }
        let projects = index.projects.into_iter().map(|(mut path, content)| {
            match path.pop() {
                None => path.push('.'),
                Some(slash) => debug_assert_eq!(slash, '/', "each folder has one at its end"),
            }
            ProjectName { path, content }
        });
        Ok(Self {
            projects: projects.collect(),
            repository: Mutex::new(repository),
            tree,
            limits: *limits,
            _premises: premises,
        })
    }

    /// Its projects, in the order of their folders.
    pub fn projects(&self) -> &[ProjectName] {
        &self.projects
    }

    /// The files of a project.
    ///
    /// # Errors
    /// Where there is a link among them, or too much.
    pub fn read(&self, project: &ProjectName) -> Result<ProjectFiles, SourceError> {
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match project.path.as_str() {
            "." => String::new(),
            path => format!("{path}/"),
        };
        let tree = repository.find_tree(self.tree)?;
        read(&repository, &tree, &folder, &self.limits)
    }
}

/// Another run may read it at the same time: it is there whole, or not at all.
fn keep(repository: &Repository, index: &Index) -> std::io::Result<()> {
    let mut file = NamedTempFile::with_prefix_in(".projects-", repository.path())?;
    file.write_all(index.to_text().as_bytes())?;
    file.persist(repository.path().join(FILE))?;
    Ok(())
}
