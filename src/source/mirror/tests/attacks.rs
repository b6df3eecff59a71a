//! What somebody may push to do harm.

use super::*;

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
fn a_fetch_that_brings_too_much_is_broken_off_and_leaves_nothing() {
    let forge = Forge::new();
    forge.write("workflow.yaml", "a: 1\n");
    // What no compression makes smaller.
    let mut state = 1_u64;
    let noise: String = (0..500_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b' ' + u8::try_from(state >> 58).unwrap())
        })
        .collect();
    forge.write("giant.txt", &noise);
    forge.push();
    let mut mirror = forge.mirror();
    mirror.most = 100_000;
    let error = mirror.fetch_head("main").unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { limit: 100_000, .. }), "{error}");
    assert!(
        error.to_string().contains("sends more bytes than that for `main`"),
        "{error}"
    );
    let packs = fs::read_dir(forge.dir.path().join("mirror/objects/pack")).unwrap();
    assert_eq!(packs.count(), 0);
    mirror.most = MOST;
    mirror.fetch_head("main").unwrap();
}

#[test]
fn a_tag_that_moves_moves_nothing() {
    let forge = Forge::new();
    forge.write("workflow.yaml", "a: 1\n");
    let first = forge.push();
    let mirror = forge.mirror();
    mirror.fetch_head("main").unwrap();
    // A tag of the branch's own name, of another commit, and moved.
    forge.write("workflow.yaml", "a: 2\n");
    forge.git(&["commit", "-q", "-a", "-m", "elsewhere"], "work");
    for _ in 0..2 {
        forge.git(&["tag", "-f", "main"], "work");
        forge.git(&["push", "-q", "-f", "../bare.git", "refs/tags/main"], "work");
        assert_eq!(mirror.fetch_head("main").unwrap(), first);
        forge.git(&["commit", "-q", "--allow-empty", "-m", "further"], "work");
    }
    // None was even fetched.
    assert_eq!(forge.git(&["for-each-ref", "refs/tags"], "mirror"), "");
}

#[test]
fn nothing_that_stands_for_a_file_is_asked_for() {
    let forge = Forge::new();
    let asked = forge.dir.path().join("asked");
    let pointer = "version https://git-lfs.github.com/spec/v1\n\
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 1\n";
    forge.write("workflow.yaml", "a: 1\n");
    forge.write("tasks/a.go", pointer);
    forge.write(
        ".gitattributes",
        "*.go filter=lfs diff=lfs merge=lfs -text ident export-subst\n",
    );
    forge.write(".lfsconfig", "[lfs]\n\turl = https://127.0.0.1:9/\n");
    forge.write(".env", "REGISTRY_PASSWORD=forged\n");
    forge.write("runner.yaml", "data: /tmp\n");
    forge.write(".docker/config.json", "{}\n");
    let commit = forge.push();
    let mirror = forge.mirror();
    // Even where the machine's own configuration knows the filter.
    let config = forge.dir.path().join("mirror/config");
    let known = format!(
        "{}[filter \"lfs\"]\n\tsmudge = touch {1}\n\tprocess = touch {1}\n\trequired = true\n",
        fs::read_to_string(&config).unwrap(),
        asked.display()
    );
    fs::write(&config, known).unwrap();
    mirror.fetch_head("main").unwrap();
    let projects = projects(&mirror, commit, &Limits::default()).unwrap();
    // The bytes that were committed, and of no other file than a project's own.
    assert_eq!(projects[0].get("tasks/a.go"), Some(pointer.as_bytes()));
    assert_eq!(
        projects[0].files.keys().collect::<Vec<_>>(),
        ["tasks/a.go", "workflow.yaml"]
    );
    assert!(!asked.exists());
}
