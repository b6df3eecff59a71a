//! A mirror of a repository that the real git pushes into.

mod attacks;
mod heads;
mod many;
mod redirects;

use super::super::{Limits, ProjectFiles, read_commit};
use super::*;
use std::process::Command;

/// A repository that the tests push into with the real git.
struct Forge {
    dir: tempfile::TempDir,
}

impl Forge {
    fn new() -> Self {
        let forge = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        forge.git(&["init", "-q", "-b", "main", "work"], ".");
        forge.git(&["init", "-q", "--bare", "-b", "main", "bare.git"], ".");
        forge
    }

    fn git(&self, args: &[&str], at: &str) -> String {
        let out = Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b.c",
                "-c",
                "protocol.file.allow=always",
            ])
            .args(args)
            .current_dir(self.dir.path().join(at))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join("work").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn push(&self) -> Oid {
        self.git(&["add", "-A"], "work");
        self.git(&["commit", "-q", "-m", "x"], "work");
        self.git(&["push", "-q", "-f", "../bare.git", "main"], "work");
        Oid::from_str(&self.git(&["rev-parse", "HEAD"], "work")).unwrap()
    }

    fn mirror(&self) -> Mirror {
        let remote = Remote {
            url: format!("file://{}/bare.git", self.dir.path().display()),
            token: None,
        };
        Mirror::open(&self.dir.path().join("mirror"), remote).unwrap()
    }
}

fn projects(mirror: &Mirror, commit: Oid, limits: &Limits) -> Result<Vec<ProjectFiles>, SourceError> {
    read_commit(mirror.repository(), commit, limits)
}

#[test]
fn a_push_is_fetched_and_its_projects_are_read_without_a_checkout() {
    let forge = Forge::new();
    forge.write("app/workflow.yaml", "project_name: x\n");
    forge.write("app/tasks/a.go", "package main\n");
    forge.write("README.md", "hello\n");
    let first = forge.push();
    let mirror = forge.mirror();
    assert_eq!(mirror.fetch_head("main").unwrap(), first);
    let projects = projects(&mirror, first, &Limits::default()).unwrap();
    assert_eq!(projects.len(), 1);
    assert_eq!(projects[0].path, "app");
    assert_eq!(projects[0].get("tasks/a.go"), Some(&b"package main\n"[..]));
    assert!(!forge.dir.path().join("mirror/app").exists());

    forge.write("app/tasks/a.go", "package main // changed\n");
    let second = forge.push();
    assert_eq!(forge.mirror().fetch_head("main").unwrap(), second);
}

#[test]
fn a_force_push_backwards_is_seen_and_a_deleted_branch_is_gone() {
    let forge = Forge::new();
    forge.write("workflow.yaml", "a: 1\n");
    let first = forge.push();
    forge.write("workflow.yaml", "a: 2\n");
    forge.push();
    let mirror = forge.mirror();
    mirror.fetch_head("main").unwrap();
    forge.git(&["push", "-q", "-f", "../bare.git", &format!("{first}:main")], "work");
    assert_eq!(mirror.fetch_head("main").unwrap(), first);
    forge.git(&["update-ref", "-d", "refs/heads/main"], "bare.git");
    let gone = mirror.fetch_head("main").unwrap_err();
    assert!(matches!(gone, SourceError::NoBranch { .. }), "{gone}");
}

#[test]
fn a_remote_that_does_not_answer_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let remote = Remote {
        url: "https://127.0.0.1:9/x.git".into(),
        token: None,
    };
    let error = Mirror::open(dir.path(), remote)
        .unwrap()
        .fetch_head("main")
        .unwrap_err();
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
}

#[test]
fn a_branch_may_become_a_folder_and_a_branch_again() {
    let forge = Forge::new();
    forge.write("workflow.yaml", "project_name: x\n");
    forge.push();
    let mirror = forge.mirror();
    mirror.fetch("main").unwrap();
    for (old, new) in [("main", "main/x"), ("main/x", "main/x/y"), ("main/x/y", "main")] {
        forge.git(&["update-ref", "-d", &format!("refs/heads/{old}")], "bare.git");
        forge.git(
            &["push", "-q", "../bare.git", &format!("HEAD:refs/heads/{new}")],
            "work",
        );
        assert!(mirror.fetch(new).is_ok(), "{new} after {old}");
    }
}

/// How many objects the packs of the mirror have in all, and how many packs there are.
fn packed(forge: &Forge) -> (usize, usize) {
    let said = forge.git(&["count-objects", "-v"], "mirror");
    let of = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().parse().unwrap()
    };
    (of("in-pack:"), of("packs:"))
}
