//! A commit → the projects in it, read from the object database.

use git2::{ObjectType, Oid, Repository, Tree};

use super::index::{Index, LONGEST};
use super::project::{Filling, check_file};
use super::{Limits, ProjectFiles, SourceError};
use crate::workflow;

/// Git's mode of a link.
pub(super) const LINK: i32 = 0o120_000;

/// Reads every project of a commit, in the order of their paths.
pub fn read_commit(repository: &Repository, commit: Oid, limits: &Limits) -> Result<Vec<ProjectFiles>, SourceError> {
    let tree = repository.find_commit(commit)?.tree()?;
    let index = Index::of(repository, tree.id(), None, limits)?;
    let folders = index.projects.keys();
    folders.map(|folder| read(repository, &tree, folder, limits)).collect()
}

/// Reads the project in `folder`, which has a `/` at its end, `""` for the top.
pub(super) fn read(
    repository: &Repository,
    tree: &Tree<'_>,
    folder: &str,
    limits: &Limits,
) -> Result<ProjectFiles, SourceError> {
    let path = match folder.trim_end_matches('/') {
        "" => ".",
        path => path,
    };
    let mut project = Filling::of(path.to_owned(), limits);
    let workflow_path = format!("{folder}{}", workflow::FILE);
    let entry = tree.get_path(workflow_path.as_ref())?;
    add(repository, &entry, workflow::FILE.into(), &mut project)?;
    let tasks_path = format!("{folder}{}", workflow::TASKS);
    match tree.get_path(tasks_path.as_ref()) {
        Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
            let tasks = repository.find_tree(entry.id())?;
            add_below(repository, tasks, &mut project)?;
        }
        Ok(entry) if entry.filemode() == LINK => return Err(SourceError::Link(tasks_path)),
        _ => {}
    }
    Ok(project.done())
}

/// Adds all files below `tasks`: also those in folders that the index leaves out, so they
/// are counted here.
fn add_below(repository: &Repository, tasks: Tree<'_>, project: &mut Filling<'_>) -> Result<(), SourceError> {
    let mut entries = 0;
    // Folders of a stranger's may be nested without end: no recursion.
    let mut folders = vec![(workflow::TASKS.to_owned(), tasks)];
    while let Some((prefix, tree)) = folders.pop() {
        entries += tree.len();
        if entries > project.limits.entries {
            return Err(SourceError::TooLarge {
                what: format!(
                    "there are more files and folders than that below {}",
                    project.shown(workflow::TASKS)
                ),
                limit: project.limits.entries as u64,
            });
        }
        for entry in &tree {
            let Ok(name) = entry.name() else {
                continue; // no Go file that a workflow can name
            };
            let inner = format!("{prefix}/{name}");
            if inner.len() > LONGEST {
                return Err(SourceError::TooLarge {
                    what: format!(
                        "a path below {} has more bytes than that",
                        project.shown(workflow::TASKS)
                    ),
                    limit: LONGEST as u64,
                });
            }
            match entry.kind() {
                Some(ObjectType::Tree) => folders.push((inner, repository.find_tree(entry.id())?)),
                Some(ObjectType::Blob) => add(repository, &entry, inner, project)?,
                _ => {} // a submodule: never fetched
            }
        }
    }
    Ok(())
}

fn add(
    repository: &Repository,
    entry: &git2::TreeEntry<'_>,
    inner: String,
    project: &mut Filling<'_>,
) -> Result<(), SourceError> {
    if entry.filemode() == LINK {
        return Err(SourceError::Link(project.shown(&inner)));
    }
    // The header tells the size before a giant blob is inflated.
    let (size, _) = repository.odb()?.read_header(entry.id())?;
    check_file(&project.shown(&inner), size as u64, project.limits)?;
    let blob = repository.find_blob(entry.id())?;
    project.add(inner, blob.content().to_vec())
}

#[cfg(test)]
mod tests;
