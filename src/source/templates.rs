//! A folder of templates, on the user's disk or in a commit.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, Tree};

use super::project::{Filling, check_file};
use super::tree::LINK;
use super::{Limits, Mirror, ProjectFiles, SourceError};

/// Where a repository has its templates: at its top, for all its projects.
const FOLDER: &str = "templates";

/// Room for a few texts, a Go skeleton and WIT for each of some dozen templates.
const LIMITS: Limits = Limits {
    entries: 5_000,
    projects: 0,
    file: 1 << 20,
    project: 16 << 20,
};
/// Folders within folders.
const DEEPEST: usize = 16;

/// Reads the folder `dir` of templates. What begins with a dot is left out. The paths of
/// the result are relative to `dir`, and its own is `dir` as it was named.
///
/// # Errors
/// Where it is no folder, has a link in it, or too much.
pub fn read_templates(dir: &Path) -> Result<ProjectFiles, SourceError> {
    let unreadable = |path: &Path, error| SourceError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let mut reading = Reading::of(dir.to_string_lossy().trim_end_matches('/'));
    let mut folders: Vec<(PathBuf, String, usize)> = vec![(dir.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let path = entry.path();
            let name = entry.file_name();
            let Some(inner) = reading.next(&prefix, name.to_str(), depth)? else {
                continue;
            };
            let kind = entry.metadata().map_err(|error| unreadable(&path, error))?;
            if kind.is_symlink() {
                return Err(SourceError::Link(path.display().to_string()));
            } else if kind.is_dir() {
                folders.push((path, format!("{inner}/"), depth + 1));
            } else if kind.is_file() {
                check_file(&reading.files.shown(&inner), kind.len(), &LIMITS)?;
                let content = fs::read(&path).map_err(|error| unreadable(&path, error))?;
                reading.files.add(inner, content)?;
            }
        }
    }
    Ok(reading.files.done())
}

impl Mirror {
    /// The templates of a commit that was fetched: those of the folder `templates/` at
    /// its top, none where it has no such folder.
    ///
    /// # Errors
    /// Where there is a link in it, or too much.
    pub fn templates(&self, commit: &str) -> Result<Option<ProjectFiles>, SourceError> {
        read_commit(self.repository(), Oid::from_str(commit)?)
    }
}

fn read_commit(repository: &Repository, commit: Oid) -> Result<Option<ProjectFiles>, SourceError> {
    let tree = repository.find_commit(commit)?.tree()?;
    let Some(entry) = tree.get_name(FOLDER) else {
        return Ok(None);
    };
    if entry.filemode() == LINK {
        return Err(SourceError::Link(FOLDER.to_owned()));
    }
    if entry.kind() != Some(ObjectType::Tree) {
        return Ok(None);
    }
    let odb = repository.odb()?;
    let mut reading = Reading::of(FOLDER);
    let mut folders: Vec<(Tree<'_>, String, usize)> = vec![(repository.find_tree(entry.id())?, String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in &folder {
            let Some(inner) = reading.next(&prefix, entry.name().ok(), depth)? else {
                continue;
            };
            match entry.kind() {
                _ if entry.filemode() == LINK => return Err(SourceError::Link(reading.files.shown(&inner))),
                Some(ObjectType::Tree) => {
                    folders.push((repository.find_tree(entry.id())?, format!("{inner}/"), depth + 1));
                }
                Some(ObjectType::Blob) => {
                    // The header tells the size before a giant blob is inflated.
                    let (size, _) = odb.read_header(entry.id())?;
                    check_file(&reading.files.shown(&inner), size as u64, &LIMITS)?;
                    let content = repository.find_blob(entry.id())?.content().to_vec();
                    reading.files.add(inner, content)?;
                }
                _ => {} // a submodule: never fetched
            }
        }
    }
    Ok(Some(reading.files.done()))
}

/// A walk within the limits.
struct Reading {
    files: Filling<'static>,
    entries: usize,
}

impl Reading {
    fn of(path: &str) -> Self {
        Self {
            files: Filling::of(path.to_owned(), &LIMITS),
            entries: 0,
        }
    }

    /// The path of the next thing found; none where it is left out.
    fn next(&mut self, prefix: &str, name: Option<&str>, depth: usize) -> Result<Option<String>, SourceError> {
        self.entries += 1;
        let too_large = |what: &str, limit| {
            Err(SourceError::TooLarge {
                what: format!("{}: {what}", self.files.path()),
                limit,
            })
        };
        if self.entries > LIMITS.entries {
            return too_large("there are more files than that", LIMITS.entries as u64);
        }
        if depth > DEEPEST {
            return too_large("there are more folders within folders than that", DEEPEST as u64);
        }
        // What is not UTF-8 stays under a name that no template's file has.
        let name = name.unwrap_or("\u{fffd}");
        Ok((!name.starts_with('.')).then(|| format!("{prefix}{name}")))
    }
}

#[cfg(test)]
mod tests {
    use git2::Signature;

    use super::*;

    /// A commit whose tree has a folder `templates` with these entries: name, mode, text.
    fn commit(repository: &Repository, entries: &[(&str, i32, &[u8])]) -> Oid {
        let mut below = repository.treebuilder(None).unwrap();
        for (name, mode, content) in entries {
            below.insert(name, repository.blob(content).unwrap(), *mode).unwrap();
        }
        let below = below.write().unwrap();
        let mut top = repository.treebuilder(None).unwrap();
        let mut small = repository.treebuilder(None).unwrap();
        small.insert("small", below, 0o040_000).unwrap();
        top.insert(FOLDER, small.write().unwrap(), 0o040_000).unwrap();
        let tree = repository.find_tree(top.write().unwrap()).unwrap();
        let who = Signature::now("a", "a@example.org").unwrap();
        repository.commit(None, &who, &who, "m", &tree, &[]).unwrap()
    }

    #[test]
    fn a_commit_and_a_folder_give_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository::init(dir.path()).unwrap();
        let files: [(&str, i32, &[u8]); 2] = [
            ("template.yaml", 0o100_644, b"name: small\n"),
            (".hidden", 0o100_644, b""),
        ];
        let commit = commit(&repository, &files);
        let of_commit = read_commit(&repository, commit).unwrap().unwrap();
        assert_eq!(of_commit.shown("small"), "templates/small");
        let small = dir.path().join("own/small");
        fs::create_dir_all(&small).unwrap();
        fs::write(small.join("template.yaml"), "name: small\n").unwrap();
        fs::write(small.join(".hidden"), "").unwrap();
        let of_folder = read_templates(&dir.path().join("own/")).unwrap();
        assert_eq!(of_folder.files, of_commit.files);
        assert_eq!(of_folder.files.keys().collect::<Vec<_>>(), ["small/template.yaml"]);
    }

    #[test]
    fn links_and_what_is_too_much_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository::init(dir.path()).unwrap();
        let link = commit(&repository, &[("wadm.yaml", LINK, b"/etc/passwd")]);
        let error = read_commit(&repository, link).unwrap_err();
        assert_eq!(
            error.to_string(),
            "templates/small/wadm.yaml is a link; Pelato follows none, put the file itself there"
        );
        let large = vec![b'x'; (1 << 20) + 1];
        let large = commit(&repository, &[("wadm.yaml", 0o100_644, &large)]);
        let error = read_commit(&repository, large).unwrap_err().to_string();
        assert!(
            error.starts_with("templates/small/wadm.yaml has 1048577 bytes"),
            "{error}"
        );

        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        std::os::unix::fs::symlink("/etc", own.join("small")).unwrap();
        assert!(matches!(read_templates(&own), Err(SourceError::Link(_))));
        assert!(read_templates(&dir.path().join("nowhere")).is_err());
        let deep = dir.path().join("deep").join("a/".repeat(20));
        fs::create_dir_all(deep).unwrap();
        let error = read_templates(&dir.path().join("deep")).unwrap_err().to_string();
        assert!(error.contains("more folders within folders"), "{error}");
    }

    /// One folder in itself, in itself: a few objects, and more paths than can be read.
    #[test]
    fn a_tree_that_unfolds_without_end_has_one() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository::init(dir.path()).unwrap();
        let mut tree = repository.treebuilder(None).unwrap().write().unwrap();
        for _ in 0..10 {
            let mut wider = repository.treebuilder(None).unwrap();
            for name in 0..10 {
                wider.insert(format!("d{name}"), tree, 0o040_000).unwrap();
            }
            tree = wider.write().unwrap();
        }
        let mut top = repository.treebuilder(None).unwrap();
        top.insert(FOLDER, tree, 0o040_000).unwrap();
        let tree = repository.find_tree(top.write().unwrap()).unwrap();
        let who = Signature::now("a", "a@example.org").unwrap();
        let commit = repository.commit(None, &who, &who, "m", &tree, &[]).unwrap();
        let error = read_commit(&repository, commit).unwrap_err().to_string();
        assert!(
            error.starts_with("templates: there are more files than that"),
            "{error}"
        );
    }
}
