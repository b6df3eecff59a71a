//! Finds out which commit the program is built from, for `pelato --version`.
//!
//! In the release profile alone: when a build script runs again, cargo compiles the whole
//! package again, and links each of its test programs. So a commit costs a release build
//! its last step, and everybody's own builds nothing; they know the version only.

#![allow(clippy::print_stdout, reason = "cargo is told on stdout")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program is made of. An edit of anything else does not change it.
const SOURCES: [&str; 8] = [
    ".env.template",
    "Cargo.lock",
    "Cargo.toml",
    "build.rs",
    "docker/build",
    "docker/build.Dockerfile",
    "src",
    "templates",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PELATO_COMMIT");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let named = variable("PELATO_COMMIT");
    let commit = if !named.is_empty() {
        Some(named)
    } else if variable("PROFILE") == "release" {
        for path in watched(&folder) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        commit_of(&folder)
    } else {
        None
    };
    println!(
        "cargo::rustc-env=PELATO_VERSION={}",
        version(&variable("CARGO_PKG_VERSION"), commit.as_deref())
    );
}

/// `0.1.0 (commit 0123456789ab)`, or the version alone.
pub(crate) fn version(version: &str, commit: Option<&str>) -> String {
    match commit {
        Some(commit) => format!("{version} (commit {commit})"),
        None => version.to_owned(),
    }
}

/// The commit of the checkout in `folder`, 12 hex digits, and whether what is there is
/// something else; or of the crate that was unpacked there. None where neither is known.
pub(crate) fn commit_of(folder: &Path) -> Option<String> {
    if let Ok(text) = std::fs::read_to_string(folder.join(".cargo_vcs_info.json")) {
        // Cargo puts it into the crates that it packs.
        let hash = text.split('"').find(|part| is_hash(part))?;
        return Some(hash[..12].to_owned());
    }
    // A crate or an archive may lie in a checkout of something else.
    let top = git(folder, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != folder.canonicalize().ok()? {
        return None;
    }
    let hash = git(folder, &["rev-parse", "--short=12", "HEAD"])?;
    let status = [&["status", "--porcelain", "--"][..], &SOURCES].concat();
    Some(match git(folder, &status)?.is_empty() {
        true => hash,
        false => format!("{hash}, with changes"),
    })
}

/// What tells that the commit, or what differs from it, may be another one. Cargo takes a
/// path that is not there for one that changed.
pub(crate) fn watched(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = SOURCES.iter().map(|source| folder.join(source)).collect();
    // The log has a line for each commit and checkout, whichever branch is checked out.
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(folder, &["rev-parse", "--git-path", name]);
        paths.extend(path.map(|path| folder.join(path)));
    }
    paths.retain(|path| path.exists());
    paths
}

fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What git says, or none where it fails or is not there.
fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // Set where a hook builds: it would be another repository.
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    let ran = command.args(args).current_dir(folder).output().ok()?;
    let said = String::from_utf8(ran.stdout).ok()?;
    ran.status.success().then(|| said.trim().to_owned())
}
