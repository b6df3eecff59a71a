//! A remote repository, `far.git` in a folder, that `git` makes commits in.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A commit of the branch, which it is taken to.
pub(crate) fn commit(folder: &Path, parent: Option<&str>, files: &[(String, String)]) -> String {
    let mut stream = "reset refs/heads/main\n".to_owned();
    if let Some(parent) = parent {
        let _ = writeln!(stream, "from {parent}\n");
    }
    stream.push_str("commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nm\n");
    if let Some(parent) = parent {
        let _ = writeln!(stream, "from {parent}");
    }
    for (path, text) in files {
        let _ = write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    }
    let far = folder.join("far.git");
    git(&far, &["fast-import", "--quiet", "--force"], &stream);
    git(&far, &["rev-parse", "main"], "").trim().to_owned()
}

/// What `git` says, with `input` on its stdin.
pub(crate) fn git(at: &Path, arguments: &[&str], input: &str) -> String {
    let mut git = Command::new("git")
        .args(arguments)
        .current_dir(at)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = git.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let out = git.wait_with_output().unwrap();
    assert!(out.status.success(), "git {arguments:?}");
    String::from_utf8(out.stdout).unwrap()
}
