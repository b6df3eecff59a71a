//! A repository that is cloned over `file://`, written to without a forge's knowledge.

use std::path::Path;

use git2::{Oid, Repository, Signature};
use tempfile::TempDir;

pub(crate) struct Remote {
    folder: TempDir,
    repository: Repository,
}

impl Remote {
    /// Without any branch.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            repository: Repository::init_bare(folder.path()).unwrap(),
            folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", Path::new(self.folder.path()).display())
    }

    /// A commit with one file, which becomes the branch's head.
    pub(crate) fn commit(&self, branch: &str, message: &str, file: &str, text: &str) -> String {
        let blob = self.repository.blob(text.as_bytes()).unwrap();
        let mut tree = self.repository.treebuilder(None).unwrap();
        tree.insert(file, blob, 0o100_644).unwrap();
        let tree = self.repository.find_tree(tree.write().unwrap()).unwrap();
        let author = Signature::now("a", "a@b.c").unwrap();
        let commit = self
            .repository
            .commit(None, &author, &author, message, &tree, &[])
            .unwrap();
        self.point(branch, &commit.to_string());
        commit.to_string()
    }

    /// Moves a branch, as a force-push does.
    pub(crate) fn point(&self, branch: &str, commit: &str) {
        let name = format!("refs/heads/{branch}");
        let commit = Oid::from_str(commit).unwrap();
        self.repository.reference(&name, commit, true, "pushed").unwrap();
    }
}
