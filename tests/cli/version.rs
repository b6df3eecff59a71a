//! What `pelato --version` says, and where it has it from.

use std::path::Path;
use std::process::Command;

use super::build_script::{commit_of, version, watched};

fn git(folder: &Path, args: &[&str]) -> String {
    let ran = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// A checkout with a file that the program is made of and one that it is not, and its head.
fn checkout() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("src")).unwrap();
    std::fs::write(path.join("src/main.rs"), "fn main() {}\n").unwrap();
    std::fs::write(path.join("README.md"), "# Pelato\n").unwrap();
    git(path, &["init", "-q", "-b", "main"]);
    git(path, &["add", "-A"]);
    git(path, &["commit", "-q", "-m", "first"]);
    let head = git(path, &["rev-parse", "--short=12", "HEAD"]);
    (folder, head)
}

#[test]
fn the_program_says_its_version() {
    let said = |flag: &str| {
        let ran = Command::new(env!("CARGO_BIN_EXE_pelato")).arg(flag).output().unwrap();
        assert!(ran.status.success());
        String::from_utf8(ran.stdout).unwrap()
    };
    let short = concat!("pelato ", env!("CARGO_PKG_VERSION"));
    assert_eq!(said("-V"), format!("{short}\n"));
    // With a commit where it was built in release mode, or PELATO_COMMIT was set.
    let long = said("--version");
    let rest = long.trim_end().strip_prefix(short).unwrap();
    assert!(
        rest.is_empty() || (rest.starts_with(" (commit ") && rest.ends_with(')')),
        "{long}"
    );
}

#[test]
fn a_version_names_its_commit_where_it_is_known() {
    assert_eq!(
        version("0.1.0", Some("0123456789ab, with changes")),
        "0.1.0 (commit 0123456789ab, with changes)"
    );
    assert_eq!(version("0.1.0", None), "0.1.0");
}

#[test]
fn a_checkout_is_its_head_or_something_else_where_sources_were_edited() {
    let (folder, head) = checkout();
    let path = folder.path();
    assert_eq!(commit_of(path), Some(head.clone()));
    std::fs::write(path.join("README.md"), "# Pelato!\n").unwrap();
    assert_eq!(commit_of(path), Some(head.clone()), "no part of the program");
    std::fs::write(path.join("src/more.rs"), "").unwrap();
    assert_eq!(commit_of(path), Some(format!("{head}, with changes")));
    git(path, &["add", "-A"]);
    git(path, &["commit", "-q", "-m", "second"]);
    let second = commit_of(path).unwrap();
    assert!(second != head && !second.contains(','), "{second}");
}

#[test]
fn each_commit_and_checkout_changes_what_is_watched() {
    let (folder, head) = checkout();
    let path = folder.path();
    let names = |paths: Vec<std::path::PathBuf>| -> Vec<String> {
        let inside = paths.iter().map(|found| found.strip_prefix(path).unwrap());
        inside.map(|found| found.display().to_string()).collect()
    };
    assert_eq!(names(watched(path)), ["src", ".git/HEAD", ".git/logs/HEAD"]);
    let log = || std::fs::read_to_string(path.join(".git/logs/HEAD")).unwrap();
    let before = log();
    git(path, &["commit", "-q", "--allow-empty", "-m", "second"]);
    let after = log();
    assert_ne!(before, after);
    git(path, &["checkout", "-q", "--detach", &head]);
    assert_ne!(after, log());

    // Beside other work of the same repository, `.git` is a file.
    let beside = tempfile::tempdir().unwrap();
    let beside = beside.path().join("beside");
    git(path, &["worktree", "add", "-q", beside.to_str().unwrap(), &head]);
    assert_eq!(commit_of(&beside), Some(head));
    assert!(watched(&beside).iter().any(|found| found.ends_with("logs/HEAD")));
}

#[test]
fn a_crate_names_the_commit_that_it_was_packed_from() {
    let folder = tempfile::tempdir().unwrap();
    let info = r#"{ "git": { "sha1": "0123456789abcdef0123456789abcdef01234567" }, "path_in_vcs": "" }"#;
    std::fs::write(folder.path().join(".cargo_vcs_info.json"), info).unwrap();
    assert_eq!(commit_of(folder.path()).as_deref(), Some("0123456789ab"));
}

#[test]
fn an_archive_has_no_commit_though_it_lies_in_somebodys_repository() {
    let nowhere = tempfile::tempdir().unwrap();
    assert_eq!(commit_of(nowhere.path()), None);
    let (folder, _) = checkout();
    let inside = folder.path().join("vendor/pelato");
    std::fs::create_dir_all(inside.join("src")).unwrap();
    assert_eq!(commit_of(&inside), None);
    assert_eq!(watched(&inside).iter().filter(|path| path.ends_with("src")).count(), 1);
}
