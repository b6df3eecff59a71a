//! Which repository a folder belongs to.

use std::path::{Path, PathBuf};

use git2::Repository;

/// What a folder of the user's disk belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `owner/name` of the `origin` remote, or the folder's path where there is
    /// no such remote.
    pub repository: String,
    /// The repository's folder, or the folder itself.
    pub top: PathBuf,
    /// The commit that is checked out.
    pub commit: Option<String>,
}

/// Finds out which repository `dir` belongs to. A folder outside any repository
/// stands for itself.
pub fn origin(dir: &Path) -> Origin {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let Ok(repository) = Repository::discover(&dir) else {
        return Origin {
            repository: dir.display().to_string(),
            top: dir,
            commit: None,
        };
    };
    let top = repository.workdir().and_then(|path| path.canonicalize().ok());
    // A repository may say that its files are elsewhere: what is named is what is meant.
    let top = top.filter(|top| dir.starts_with(top)).unwrap_or_else(|| dir.clone());
    let remote = repository
        .find_remote("origin")
        .ok()
        .and_then(|remote| remote.url().ok().and_then(name_of));
    let commit = repository
        .head()
        .ok()
        .and_then(|head| head.target())
        .map(|oid| oid.to_string());
    Origin {
        repository: remote.unwrap_or_else(|| top.display().to_string()),
        top,
        commit,
    }
}

/// `owner/name` of a remote's address, as a forge names it.
fn name_of(url: &str) -> Option<String> {
    // scp-like addresses have no scheme: `git@host:owner/name.git`.
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => match url.split_once(':') {
            Some((_, path)) => path,
            None => url,
        },
    };
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let mut parts: Vec<&str> = path.rsplit('/').filter(|part| !part.is_empty()).take(2).collect();
    parts.reverse();
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_named_as_its_forge_names_it() {
        for url in [
            "https://git.example.org/acme/thermo.git",
            "https://user@git.example.org:8443/acme/thermo",
            "git@git.example.org:acme/thermo.git",
            "ssh://git@git.example.org:22/acme/thermo.git/",
            "file:///srv/git/acme/thermo.git",
            "/srv/git/acme/thermo.git",
        ] {
            assert_eq!(name_of(url).as_deref(), Some("acme/thermo"), "{url}");
        }
    }

    #[test]
    fn a_folder_outside_any_repository_stands_for_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        let found = origin(&path);
        assert_eq!(found.repository, path.display().to_string());
        assert_eq!(found.top, path);
    }
}
