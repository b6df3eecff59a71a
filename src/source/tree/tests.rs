//! What a commit may hold below `tasks`, made as git itself would not make it.

use super::*;

struct Story {
    _folder: tempfile::TempDir,
    git: Repository,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            git: Repository::init_bare(folder.path()).unwrap(),
            _folder: folder,
        }
    }

    fn blob(&self, content: &[u8]) -> Oid {
        self.git.blob(content).unwrap()
    }

    fn tree(&self, entries: &[(&str, Oid, i32)]) -> Oid {
        let mut tree = self.git.treebuilder(None).unwrap();
        for (name, id, mode) in entries {
            tree.insert(name, *id, *mode).unwrap();
        }
        tree.write().unwrap()
    }

    /// What is said of a project with this folder in its `tasks`.
    fn read(&self, folder: &str, below: Oid, limits: &Limits) -> Result<Vec<ProjectFiles>, SourceError> {
        let workflow = self.blob(b"a: 1\n");
        let tasks = self.tree(&[(folder, below, 0o040_000)]);
        let top = self.tree(&[("workflow.yaml", workflow, 0o100_644), ("tasks", tasks, 0o040_000)]);
        let author = git2::Signature::new("a", "a@example.org", &git2::Time::new(0, 0)).unwrap();
        let tree = self.git.find_tree(top).unwrap();
        let commit = self.git.commit(None, &author, &author, "x", &tree, &[]).unwrap();
        read_commit(&self.git, commit, limits)
    }
}

#[test]
fn folders_that_no_project_is_looked_for_in_are_bounded_too() {
    let story = Story::new();
    let empty = story.blob(b"");
    let mut deep = story.tree(&[("a.go", empty, 0o100_644)]);
    for _ in 0..3_000 {
        deep = story.tree(&[("d", deep, 0o040_000)]);
    }
    let mut wide = story.tree(&[("a.go", empty, 0o100_644)]);
    for _ in 0..9 {
        let names: Vec<String> = (0..10).map(|name| name.to_string()).collect();
        let ten: Vec<_> = names.iter().map(|name| (name.as_str(), wide, 0o040_000)).collect();
        wide = story.tree(&ten);
    }
    for folder in ["vendor", "gen", ".hidden"] {
        let deep = story.read(folder, deep, &Limits::default()).unwrap_err();
        assert_eq!(
            deep.to_string(),
            "a path below tasks has more bytes than that: at most 4096 are read"
        );
        let wide = story.read(folder, wide, &Limits::default()).unwrap_err();
        assert_eq!(
            wide.to_string(),
            "there are more files and folders than that below tasks: at most 200000 are read"
        );
    }
}

#[test]
fn a_giant_file_is_refused_by_what_git_says_of_it() {
    let story = Story::new();
    // Zeros: some KiB as git keeps them.
    let giant = story.blob(&vec![0; 1 << 28]);
    let lib = story.tree(&[("giant.bin", giant, 0o100_644)]);
    let error = story.read("lib", lib, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tasks/lib/giant.bin has 268435456 bytes: at most 8388608 are read"
    );
}

#[test]
fn names_that_lead_elsewhere_on_some_disk_are_names_here() {
    let story = Story::new();
    let code = story.blob(b"package main\n");
    // git's own commands refuse to make these; a server takes what it is sent.
    let lib = story.tree(&[
        ("A.go", code, 0o100_644),
        ("a.go", code, 0o100_644),
        ("e\u{301}.go", code, 0o100_644),
        ("\u{e9}.go", code, 0o100_644),
        ("a\\..\\..\\b.go", code, 0o100_644),
        ("C:x.go", code, 0o100_644),
    ]);
    let read = story.read("lib", lib, &Limits::default()).unwrap();
    // Never laid on a disk: each is a file of its own, and none is elsewhere.
    assert_eq!(read[0].files.len(), 7);
    assert!(
        read[0]
            .files
            .keys()
            .all(|path| path == "workflow.yaml" || path.starts_with("tasks/lib/"))
    );
}
