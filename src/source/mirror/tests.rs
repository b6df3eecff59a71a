//! A mirror of a repository that the real git pushes into.

use std::process::Command;

use super::super::{Limits, ProjectFiles, read_commit};
use super::*;

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
fn links_in_a_repository_are_refused_wherever_they_stand() {
    for link in ["workflow.yaml", "tasks", "tasks/a.go"] {
        let forge = Forge::new();
        if link != "workflow.yaml" {
            forge.write("workflow.yaml", "a: 1\n");
        }
        if link == "tasks/a.go" {
            forge.write("tasks/b.go", "package main\n");
        }
        let path = forge.dir.path().join("work").join(link);
        std::os::unix::fs::symlink("/etc", &path).unwrap();
        let commit = forge.push();
        let mirror = forge.mirror();
        mirror.fetch_head("main").unwrap();
        let error = projects(&mirror, commit, &Limits::default()).unwrap_err();
        assert!(matches!(&error, SourceError::Link(path) if path == link), "{error}");
    }
}

#[test]
fn submodules_hooks_and_filters_never_run() {
    let forge = Forge::new();
    let marker = forge.dir.path().join("ran");
    forge.write("workflow.yaml", "a: 1\n");
    forge.write("tasks/a.go", "package main\n");
    forge.write(".gitattributes", "*.go filter=evil\n");
    forge.write(
        ".gitmodules",
        "[submodule \"s\"]\n\tpath = tasks/s\n\turl = file:///nowhere\n",
    );
    let commit = forge.push();
    forge.git(
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{commit},tasks/s"),
        ],
        "work",
    );
    forge.git(&["commit", "-q", "-m", "submodule"], "work");
    forge.git(&["push", "-q", "../bare.git", "main"], "work");
    let mirror = forge.mirror();
    let hook = forge.dir.path().join("mirror/hooks/post-checkout");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", marker.display())).unwrap();
    let head = mirror.fetch_head("main").unwrap();
    let projects = projects(&mirror, head, &Limits::default()).unwrap();
    assert_eq!(
        projects[0].files.keys().collect::<Vec<_>>(),
        ["tasks/a.go", "workflow.yaml"]
    );
    assert!(!marker.exists());
}

#[test]
fn limits_of_a_repository_are_named() {
    let forge = Forge::new();
    forge.write("workflow.yaml", "a: 1\n");
    forge.write("tasks/a.go", &"x".repeat(5000));
    let commit = forge.push();
    let mirror = forge.mirror();
    mirror.fetch_head("main").unwrap();
    let limits = Limits {
        file: 1000,
        ..Limits::default()
    };
    let error = projects(&mirror, commit, &limits).unwrap_err().to_string();
    assert_eq!(error, "tasks/a.go has 5000 bytes: at most 1000 are read");
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    assert!(projects(&mirror, commit, &limits).is_err());
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

/// How many objects the packs of the mirror have in all, and how many packs there are.
fn packed(forge: &Forge) -> (usize, usize) {
    let said = forge.git(&["count-objects", "-v"], "mirror");
    let of = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().parse().unwrap()
    };
    (of("in-pack:"), of("packs:"))
}

#[test]
fn only_what_is_new_is_fetched() {
    let forge = Forge::new();
    for number in 0..200 {
        forge.write(&format!("docs/{number}.md"), &number.to_string());
    }
    forge.push();
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (203, 1), "a commit, two trees, 200 files");
    forge.write("README.md", "hello\n");
    forge.push();
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (206, 2), "a commit, a tree, a file");
    // Nothing is new.
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (206, 2));
}

#[test]
fn the_packs_of_many_fetches_become_few_and_nothing_is_lost() {
    let forge = Forge::new();
    forge.write("workflow.yaml", &"a: 1\n".repeat(1_000));
    let mut commits = vec![forge.push()];
    let mirror = forge.mirror();
    mirror.fetch_head("main").unwrap();
    // Opened before, as by another run.
    let other = forge.mirror();
    for number in 0..5 {
        forge.write("tasks/a.go", &format!("package main // {number}\n"));
        commits.push(forge.push());
        mirror.fetch_head("main").unwrap();
    }
    let (objects, before) = packed(&forge);
    assert_eq!(before, 6);
    assert!(!packs::join(mirror.repository(), 6).unwrap());
    assert!(packs::join(mirror.repository(), 5).unwrap());
    assert_eq!(packed(&forge), (objects, 2));
    forge.git(&["fsck", "--strict"], "mirror");
    for mirror in [&mirror, &other, &forge.mirror()] {
        for commit in &commits {
            assert_eq!(projects(mirror, *commit, &Limits::default()).unwrap().len(), 1);
        }
    }
    // And the next one is fetched.
    forge.write("tasks/a.go", "package main\n");
    let last = forge.push();
    assert_eq!(mirror.fetch_head("main").unwrap(), last);
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

#[test]
fn heads_are_asked_for_without_fetching_and_a_message_with_it() {
    let forge = Forge::new();
    let mirror = forge.mirror();
    let ask = || mirror.heads(["main", "gone"].into_iter()).unwrap();
    assert!(ask().is_empty(), "nothing was pushed yet");
    forge.write("workflow.yaml", "a: 1\n");
    let first = forge.push().to_string();
    assert_eq!(ask(), [("main".to_owned(), first.clone())].into());
    assert_eq!(packed(&forge), (0, 0));
    assert_eq!(mirror.message("main", &first).unwrap().as_deref(), Some("x\n"));
    assert_eq!(packed(&forge), (3, 1));
    // What a run then fetches is here.
    assert_eq!(mirror.fetch("main").unwrap(), first);
    assert_eq!(packed(&forge), (3, 1));
    // The branch went elsewhere before anybody asked.
    let moved = mirror.message("main", &"1".repeat(40)).unwrap();
    assert_eq!(moved, None);
}

/// The token goes to the address of `runner.yaml` and nowhere else.
#[test]
fn a_question_for_heads_follows_no_redirect() {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x.git", there.local_addr().unwrap());
    let location = format!(
        "http://localhost:{}/x.git/info/refs?service=git-upload-pack",
        elsewhere.local_addr().unwrap().port()
    );
    let serving = std::thread::spawn(move || {
        let (mut asked, _) = there.accept().unwrap();
        let _ = asked.read(&mut [0; 4096]);
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        asked.write_all(answer.as_bytes()).unwrap();
    });
    let dir = tempfile::tempdir().unwrap();
    let remote = Remote {
        url,
        token: Some("a-token".into()),
    };
    let mirror = Mirror::open(dir.path(), remote).unwrap();
    mirror.heads(["main"].into_iter()).unwrap_err();
    serving.join().unwrap();
    assert!(elsewhere.accept().is_err(), "nobody came");
}
