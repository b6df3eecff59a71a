//! What a plain checkout says of itself, read from its own files.
//!
//! libgit2 reads every certificate of the machine when it is first used, some 20 ms that a
//! command without a network has no use for. So the plain case is read here: whatever is
//! not plain (a work tree elsewhere, included configuration, rewritten addresses, somebody
//! else's files) is left to libgit2.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

/// A checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkout {
    /// Its folder.
    pub(super) top: PathBuf,
    /// The address of the `origin` remote.
    pub(super) origin: Option<String>,
    /// The commit that is checked out.
    pub(super) commit: Option<String>,
}

/// The checkout that `dir` is in; none where libgit2 has to say.
pub(super) fn checkout(dir: &Path) -> Option<Checkout> {
    if rewrites_addresses() {
        return None;
    }
    let top = dir
        .ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())?;
    let git = top.join(".git");
    let metadata = git.symlink_metadata().ok()?;
    let ours = |uid: u32| uid == geteuid().as_raw();
    let plain = metadata.is_dir() && ours(metadata.uid()) && ours(top.metadata().ok()?.uid());
    if !plain || !git.join("objects").is_dir() || !git.join("refs").is_dir() {
        return None;
    }
    Some(Checkout {
        origin: origin(&fs::read_to_string(git.join("config")).ok()?)?,
        commit: head(&git)?,
        top: top.to_owned(),
    })
}

/// Whether `dir` is in no repository at all, bare ones included.
pub(super) fn is_nowhere(dir: &Path) -> bool {
    let is_there = |path: PathBuf| path.symlink_metadata().is_ok();
    !dir.ancestors().any(|folder| {
        is_there(folder.join(".git")) || (is_there(folder.join("HEAD")) && is_there(folder.join("objects")))
    })
}

/// Whether the user or the machine may have `url.….insteadOf`, or includes what has it.
fn rewrites_addresses() -> bool {
    let home = |variable: &str, file: &str| std::env::var_os(variable).map(|folder| Path::new(&folder).join(file));
    let files = [
        Some(PathBuf::from("/etc/gitconfig")),
        home("HOME", ".gitconfig"),
        home("HOME", ".config/git/config"),
        home("XDG_CONFIG_HOME", "git/config"),
    ];
    files.into_iter().flatten().any(|file| match fs::read_to_string(file) {
        Ok(text) => {
            let text = text.to_ascii_lowercase();
            text.contains("insteadof") || text.contains("[include")
        }
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    })
}

/// The address of `origin` in a configuration; the outer none where something in it is
/// not plain.
fn origin(config: &str) -> Option<Option<String>> {
    let mut found = None;
    let mut section = String::new();
    for line in config.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            section = line.strip_suffix(']')?.to_owned();
            let lower = section.to_ascii_lowercase();
            if ["[include", "[url", "[extensions"]
                .iter()
                .any(|other| lower.starts_with(other))
            {
                return None;
            }
            // `[remote.origin]` is an old spelling of the same.
            if lower.starts_with("[remote.") {
                return None;
            }
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        if key == "worktree" || line.ends_with('\\') {
            return None;
        }
        if section == "[remote \"origin\"" && key == "url" {
            if value.is_empty() || value.contains(['"', '\\', '#', ';']) || found.is_some() {
                return None;
            }
            found = Some(value.to_owned());
        }
    }
    Some(found)
}

/// What is checked out; the inner none before the first commit.
fn head(git: &Path) -> Option<Option<String>> {
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(name) = head.trim().strip_prefix("ref: ") else {
        return hash(&head).map(Some);
    };
    if !name.starts_with("refs/heads/") || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    if let Ok(loose) = fs::read_to_string(git.join(name)) {
        return hash(&loose).map(Some);
    }
    let packed = fs::read_to_string(git.join("packed-refs")).unwrap_or_default();
    let packed = packed
        .lines()
        .find_map(|line| line.split_once(' ').filter(|(_, found)| *found == name));
    match packed {
        Some((commit, _)) => hash(commit).map(Some),
        None => Some(None),
    }
}

fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use git2::{Repository, Signature};

    use super::*;

    #[test]
    fn a_plain_checkout_says_what_libgit2_says() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap();
        let git = Repository::init(&path).unwrap();
        let inside = path.join("a/b");
        fs::create_dir_all(&inside).unwrap();
        let plain = |origin: Option<&str>, commit: Option<String>| {
            Some(Checkout {
                top: path.clone(),
                origin: origin.map(str::to_owned),
                commit,
            })
        };
        assert_eq!(checkout(&inside), plain(None, None));
        let url = "git@git.example.org:acme/thermo.git";
        git.remote("origin", url).unwrap();
        git.remote("other", "https://example.org/x").unwrap();
        let tree = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
        let who = Signature::now("a", "a@example.org").unwrap();
        let commit = git.commit(Some("HEAD"), &who, &who, "m", &tree, &[]).unwrap();
        assert_eq!(checkout(&inside), plain(Some(url), Some(commit.to_string())));
        git.set_head_detached(commit).unwrap();
        assert_eq!(checkout(&path), plain(Some(url), Some(commit.to_string())));
        // Packed, as `git gc` leaves it.
        git.set_head("refs/heads/packed").unwrap();
        fs::write(
            path.join(".git/packed-refs"),
            format!("# pack-refs with: peeled\n{commit} refs/heads/packed\n"),
        )
        .unwrap();
        assert_eq!(checkout(&path), plain(Some(url), Some(commit.to_string())));
    }

    #[test]
    fn what_is_not_plain_is_left_to_libgit2() {
        for config in [
            "[core]\n\tworktree = /elsewhere\n",
            "[include]\n\tpath = other\n",
            "[includeIf \"gitdir:x\"]\n\tpath = other\n",
            "[url \"a\"]\n\tinsteadOf = b\n",
            "[extensions]\n\trefStorage = reftable\n",
            "[remote \"origin\"]\n\turl = \"a b\"\n",
            "[remote \"origin\"]\n\turl = a\n\turl = b\n",
            "[remote \"origin\"] url = a\n",
            "[remote.origin]\n\turl = a\n",
        ] {
            assert_eq!(origin(config), None, "{config}");
        }
        assert_eq!(origin("# a\n[core]\n\tbare = false\n"), Some(None));
        // A work tree of another repository, and nothing at all.
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(".git"), "gitdir: /elsewhere\n").unwrap();
        assert_eq!(checkout(dir.path()), None);
        assert_eq!(checkout(Path::new("/")), None);
    }
}
