//! Which projects a commit has, and what each consists of, without reading one.
//!
//! Trees are compared by their object ids with those of the commit that was looked at
//! before: what did not change is not looked at again.

mod text;

use std::collections::BTreeMap;

use git2::{ObjectType, Oid, Repository, Tree, TreeEntry};

use super::folder::is_left_out;
use super::{Limits, SourceError};
use crate::workflow;

/// The longest path that is followed, in bytes: git's own bound on most systems.
pub(super) const LONGEST: usize = 4_096;

/// The projects of one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// The tree's object id.
    tree: String,
    /// A project's folder, with a `/` at its end and `""` for the top → modes and object
    /// ids of its `workflow.yaml` and `tasks`.
    pub(super) projects: BTreeMap<String, String>,
}

impl Index {
    /// The index of `tree`, from the one of another tree where that is still there.
    /// `limits` bound what is looked at, and how many projects there may be.
    pub(super) fn of(
        repository: &Repository,
        tree: Oid,
        before: Option<Self>,
        limits: &Limits,
    ) -> Result<Self, SourceError> {
        let was = before.as_ref().and_then(|index| Oid::from_str(&index.tree).ok());
        let before = match before {
            Some(index) if was == Some(tree) => return Ok(index),
            before => before,
        };
        // Git may have dropped it after a force-push; then all is looked at.
        let was = was.filter(|was| repository.find_tree(*was).is_ok());
        let mut index = match (was, before) {
            (Some(_), Some(before)) => before,
            _ => Self::default(),
        };
        index.tree = tree.to_string();
        index.update(repository, tree, was, limits)?;
        Ok(index)
    }

    /// Whether it is of that tree.
    pub(super) fn is_of(&self, tree: Oid) -> bool {
        Oid::from_str(&self.tree).is_ok_and(|of| of == tree)
    }

    fn update(
        &mut self,
        repository: &Repository,
        tree: Oid,
        was: Option<Oid>,
        limits: &Limits,
    ) -> Result<(), SourceError> {
        let mut entries = 0;
        // Folders of a stranger's may be nested without end: no recursion.
        let mut folders = vec![(String::new(), tree, was)];
        while let Some((prefix, tree, was)) = folders.pop() {
            let tree = repository.find_tree(tree)?;
            let was = was.map(|was| repository.find_tree(was)).transpose()?;
            entries += tree.len();
            if entries > limits.entries {
                return Err(SourceError::TooLarge {
                    what: "the repository has more files and folders than that".into(),
                    limit: limits.entries as u64,
                });
            }
            match content(&tree) {
                Some(content) => self.projects.insert(prefix.clone(), content),
                None => self.projects.remove(&prefix),
            };
            for entry in tree.iter().filter(is_folder) {
                // What is not UTF-8 is no path that a project can be named by.
                let Ok(name) = entry.name() else { continue };
                if is_left_out(name) {
                    continue;
                }
                let before = was.as_ref().and_then(|was| was.get_name(name)).filter(is_folder);
                let before = before.map(|before| before.id());
                if before == Some(entry.id()) {
                    continue;
                }
                let below = format!("{prefix}{name}/");
                if below.len() > LONGEST {
                    return Err(SourceError::TooLarge {
                        what: "the repository has a path of more bytes than that".into(),
                        limit: LONGEST as u64,
                    });
                }
                folders.push((below, entry.id(), before));
            }
            for entry in was.iter().flatten().filter(is_folder) {
                let Ok(name) = entry.name() else { continue };
                if !tree.get_name(name).as_ref().is_some_and(is_folder) {
                    self.forget(&format!("{prefix}{name}/"));
                }
            }
        }
        if self.projects.len() > limits.projects {
            return Err(SourceError::TooLarge {
                what: "the repository has more projects than that".into(),
                limit: limits.projects as u64,
            });
        }
        Ok(())
    }

    /// A folder that is gone, and all below it.
    fn forget(&mut self, folder: &str) {
        let gone = self.projects.range(folder.to_owned()..);
        let gone = gone.map(|(path, _)| path).take_while(|path| path.starts_with(folder));
        for path in gone.cloned().collect::<Vec<_>>() {
            self.projects.remove(&path);
        }
    }
}

fn is_folder(entry: &TreeEntry<'_>) -> bool {
    entry.kind() == Some(ObjectType::Tree)
}

/// What a folder's project consists of; none where it is no project.
fn content(tree: &Tree<'_>) -> Option<String> {
    let shown = |entry: &TreeEntry<'_>| format!("{:o} {}", entry.filemode(), entry.id());
    let file = tree.get_name(workflow::FILE)?;
    if file.kind() != Some(ObjectType::Blob) {
        return None;
    }
    let tasks = tree.get_name(workflow::TASKS).as_ref().map(shown).unwrap_or_default();
    Some(format!("{} {tasks}", shown(&file)))
}

#[cfg(test)]
mod tests;
