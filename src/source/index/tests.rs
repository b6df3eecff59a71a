//! An index that follows a repository against one that is made anew.

use super::*;

struct Story {
    _dir: tempfile::TempDir,
    git: Repository,
}

impl Story {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let git = Repository::init(dir.path()).unwrap();
        Self { _dir: dir, git }
    }

    /// A tree of these files.
    fn tree(&self, files: &[(&str, &str)]) -> Oid {
        let mut index = git2::Index::new().unwrap();
        for (path, text) in files {
            let entry = git2::IndexEntry {
                ctime: git2::IndexTime::new(0, 0),
                mtime: git2::IndexTime::new(0, 0),
                dev: 0,
                ino: 0,
                mode: if *text == "link" { 0o120_000 } else { 0o100_644 },
                uid: 0,
                gid: 0,
                file_size: 0,
                id: self.git.blob(text.as_bytes()).unwrap(),
                flags: 0,
                flags_extended: 0,
                path: path.as_bytes().to_vec(),
            };
            index.add(&entry).unwrap();
        }
        index.write_tree_to(&self.git).unwrap()
    }

    fn of(&self, tree: Oid, before: Option<Index>) -> Index {
        Index::of(&self.git, tree, before, &Limits::default()).unwrap()
    }
}

#[test]
fn an_index_that_follows_changes_is_the_one_that_is_made_anew() {
    let story = Story::new();
    let states: [&[(&str, &str)]; 9] = [
        &[
            ("a/workflow.yaml", "1"),
            ("a/tasks/x.go", "1"),
            ("b/c/workflow.yaml", "1"),
        ],
        // Another file of a task; a file beside the project.
        &[
            ("a/workflow.yaml", "1"),
            ("a/tasks/x.go", "2"),
            ("b/c/workflow.yaml", "1"),
        ],
        &[
            ("a/workflow.yaml", "1"),
            ("a/tasks/x.go", "2"),
            ("a/README", "1"),
            ("b/c/workflow.yaml", "1"),
        ],
        // Gone as a folder, as a file, and there at the top.
        &[("a/workflow.yaml", "1"), ("a/tasks/x.go", "2")],
        &[("a/tasks/x.go", "2"), ("workflow.yaml", "1")],
        // A folder becomes a file, a file a link, a file a folder.
        &[("a", "1"), ("workflow.yaml", "link")],
        &[("a/workflow.yaml/x", "1"), ("workflow.yaml", "1")],
        // One below the other; names that begin alike.
        &[
            ("a/workflow.yaml", "1"),
            ("a/b/workflow.yaml", "1"),
            ("ab/workflow.yaml", "1"),
        ],
        &[("ab/workflow.yaml", "1")],
    ];
    let trees: Vec<Oid> = states.iter().map(|files| story.tree(files)).collect();
    for from in &trees {
        for to in &trees {
            let before = story.of(*from, None);
            assert_eq!(Index::of_text(&before.to_text()).as_ref(), Some(&before));
            assert_eq!(story.of(*to, Some(before)), story.of(*to, None), "{from} → {to}");
        }
    }
    let paths = |index: &Index| index.projects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&story.of(trees[0], None)), ["a/", "b/c/"]);
    assert_eq!(paths(&story.of(trees[7], None)), ["a/", "a/b/", "ab/"]);
    assert!(paths(&story.of(trees[6], None)).contains(&String::new()));
    // What stands beside a project is no part of it, and what is below `tasks` is.
    let a = |number: usize| story.of(trees[number], None).projects["a/"].clone();
    assert_ne!(a(0), a(1));
    assert_eq!(a(1), a(2));
}

#[test]
fn what_is_not_a_whole_index_is_none() {
    let index = Index {
        tree: "1".repeat(40),
        projects: BTreeMap::from([("a\nb/".to_owned(), "100644 2".to_owned())]),
    };
    let text = index.to_text();
    assert_eq!(Index::of_text(&text), Some(index));
    let cut = text.trim_end_matches('\0').rfind('\0').unwrap();
    for wrong in ["", "{}", &text[1..], &text[..text.len() - 1], &text[..=cut]] {
        assert_eq!(Index::of_text(wrong), None, "{wrong:?}");
    }
}

#[test]
fn an_index_of_a_tree_that_is_gone_is_of_no_use() {
    let story = Story::new();
    let tree = story.tree(&[("a/workflow.yaml", "1")]);
    let gone = Index {
        tree: "1".repeat(40),
        projects: BTreeMap::from([("old/".to_owned(), String::new())]),
    };
    assert_eq!(story.of(tree, Some(gone)), story.of(tree, None));
}

/// One folder in itself, in itself: a few objects, and more paths than can be looked at.
#[test]
fn a_tree_that_unfolds_without_end_has_one() {
    let story = Story::new();
    let mut wide = story.tree(&[("x", "1")]);
    for _ in 0..8 {
        let mut wider = story.git.treebuilder(None).unwrap();
        for name in 0..10 {
            wider.insert(format!("d{name}"), wide, 0o040_000).unwrap();
        }
        wide = wider.write().unwrap();
    }
    let mut deep = story.tree(&[("x", "1")]);
    for _ in 0..3_000 {
        let mut deeper = story.git.treebuilder(None).unwrap();
        deeper.insert("d", deep, 0o040_000).unwrap();
        deep = deeper.write().unwrap();
    }
    let said = |tree| {
        Index::of(&story.git, tree, None, &Limits::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        said(wide),
        "the repository has more files and folders than that: at most 200000 are read"
    );
    assert_eq!(
        said(deep),
        "the repository has a path of more bytes than that: at most 4096 are read"
    );
}

#[test]
fn what_is_left_out_on_the_disk_is_left_out_of_a_commit() {
    let story = Story::new();
    let tree = story.tree(&[
        (".github/workflows/workflow.yaml", "1"),
        ("a/gen/workflow.yaml", "1"),
        ("a/workflow.yaml", "1"),
        ("b/vendor/x/workflow.yaml", "1"),
        ("node_modules/workflow.yaml", "1"),
        ("target/workflow.yaml", "1"),
        ("targets/workflow.yaml", "1"),
    ]);
    let index = story.of(tree, None);
    let projects: Vec<&str> = index.projects.keys().map(String::as_str).collect();
    assert_eq!(projects, ["a/", "targets/"]);
}
