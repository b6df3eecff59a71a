//! A folder of the user's disk → the projects in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::project::{Filling, check_file};
use super::{Limits, ProjectFiles, SourceError};
use crate::workflow;

/// Folders that hold no sources, whatever is in them.
const LEFT_OUT: [&str; 4] = ["gen", "node_modules", "target", "vendor"];

/// Whether projects are not looked for in a folder of this name: in a commit and on the
/// disk alike. `.github/workflows` has files that look like one.
pub(super) fn is_left_out(folder: &str) -> bool {
    folder.starts_with('.') || LEFT_OUT.contains(&folder)
}

/// Reads the project in `dir`, or, where it has no `workflow.yaml`, every
/// project below it, in the order of their paths. `top` is the repository's
/// folder (or `dir` itself): projects are named by their path below it.
pub fn read_folder(dir: &Path, top: &Path, limits: &Limits) -> Result<Vec<ProjectFiles>, SourceError> {
    if !dir.is_dir() {
        return Err(SourceError::Unreadable {
            path: dir.to_owned(),
            error: std::io::Error::other("it is no folder"),
        });
    }
    let mut walk = Walk {
        limits,
        entries: 0,
        found: Vec::new(),
    };
    if dir.join(workflow::FILE).symlink_metadata().is_ok() {
        walk.found.push(dir.to_owned());
    } else {
        walk.find(dir)?;
    }
    if walk.found.is_empty() {
        return Err(SourceError::NoProject(dir.to_owned()));
    }
    let found = std::mem::take(&mut walk.found);
    found.iter().map(|folder| walk.read(folder, top)).collect()
}

struct Walk<'l> {
    limits: &'l Limits,
    entries: usize,
    found: Vec<PathBuf>,
}

impl Walk<'_> {
    fn find(&mut self, dir: &Path) -> Result<(), SourceError> {
        let entries = self.list(dir)?;
        if entries.iter().any(|path| path.ends_with(workflow::FILE)) {
            self.found.push(dir.to_owned());
        }
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let kind = path.symlink_metadata().map_err(|error| unreadable(&path, error))?;
            if kind.is_dir() && !is_left_out(&name) {
                self.find(&path)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, folder: &Path, top: &Path) -> Result<ProjectFiles, SourceError> {
        let path = match folder.strip_prefix(top) {
            Ok(path) if path.as_os_str().is_empty() => ".".to_owned(),
            Ok(path) => path.to_string_lossy().replace('\\', "/"),
            Err(_) => ".".to_owned(),
        };
        let mut project = Filling::of(path, self.limits);
        self.add(&folder.join(workflow::FILE), workflow::FILE.to_owned(), &mut project)?;
        let tasks = folder.join(workflow::TASKS);
        match tasks.symlink_metadata() {
            Ok(kind) if kind.is_symlink() => {
                return Err(SourceError::Link(tasks.display().to_string()));
            }
            Ok(kind) if kind.is_dir() => self.add_below(&tasks, workflow::TASKS, &mut project)?,
            _ => {}
        }
        Ok(project.done())
    }

    fn add_below(&mut self, dir: &Path, prefix: &str, project: &mut Filling<'_>) -> Result<(), SourceError> {
        for path in self.list(dir)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let inner = format!("{prefix}/{name}");
            let kind = path.symlink_metadata().map_err(|error| unreadable(&path, error))?;
            if kind.is_dir() {
                self.add_below(&path, &inner, project)?;
            } else {
                self.add(&path, inner, project)?;
            }
        }
        Ok(())
    }

    fn add(&self, path: &Path, inner: String, project: &mut Filling<'_>) -> Result<(), SourceError> {
        let kind = path.symlink_metadata().map_err(|error| unreadable(path, error))?;
        if kind.is_symlink() {
            return Err(SourceError::Link(path.display().to_string()));
        }
        if !kind.is_file() {
            return Ok(());
        }
        check_file(&path.display().to_string(), kind.len(), self.limits)?;
        let content = fs::read(path).map_err(|error| unreadable(path, error))?;
        project.add(inner, content)
    }

    /// What is in a folder, in the order of the names.
    fn list(&mut self, dir: &Path) -> Result<Vec<PathBuf>, SourceError> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
            paths.push(entry.map_err(|error| unreadable(dir, error))?.path());
        }
        self.entries += paths.len();
        if self.entries > self.limits.entries {
            return Err(SourceError::TooLarge {
                what: format!("there are more files than that below {}", dir.display()),
                limit: self.limits.entries as u64,
            });
        }
        paths.sort();
        Ok(paths)
    }
}

fn unreadable(path: &Path, error: std::io::Error) -> SourceError {
    SourceError::Unreadable {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(dir: &Path, path: &str) {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }

    #[test]
    fn a_folder_without_a_workflow_stands_for_every_project_below_it() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "b/workflow.yaml",
            "b/tasks/x.go",
            "b/tasks/lib/y.go",
            "b/README.md",
            "a/c/workflow.yaml",
            "gen/workflow.yaml",
            ".hidden/workflow.yaml",
        ] {
            write(dir.path(), path);
        }
        let all = read_folder(dir.path(), dir.path(), &Limits::default()).unwrap();
        let paths: Vec<&str> = all.iter().map(|project| project.path.as_str()).collect();
        assert_eq!(paths, ["a/c", "b"]);
        let files: Vec<&String> = all[1].files.keys().collect();
        assert_eq!(files, ["tasks/lib/y.go", "tasks/x.go", "workflow.yaml"]);

        let one = read_folder(&dir.path().join("b"), dir.path(), &Limits::default()).unwrap();
        assert_eq!(one, all[1..]);
    }

    #[test]
    fn links_are_refused_and_an_empty_folder_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let empty = read_folder(dir.path(), dir.path(), &Limits::default()).unwrap_err();
        assert!(empty.to_string().starts_with("there is no workflow.yaml in"), "{empty}");
        write(dir.path(), "workflow.yaml");
        fs::create_dir(dir.path().join("tasks")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("tasks/x.go")).unwrap();
        let link = read_folder(dir.path(), dir.path(), &Limits::default()).unwrap_err();
        assert!(matches!(link, SourceError::Link(_)), "{link}");
    }

    #[test]
    fn a_file_past_the_limit_is_named() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "workflow.yaml");
        write(dir.path(), "tasks/big.go");
        fs::write(dir.path().join("tasks/big.go"), vec![b'x'; 2000]).unwrap();
        let limits = Limits {
            file: 1000,
            ..Limits::default()
        };
        let error = read_folder(dir.path(), dir.path(), &limits).unwrap_err().to_string();
        assert!(
            error.contains("big.go has 2000 bytes: at most 1000 are read"),
            "{error}"
        );
    }
}
