//! `pelato gen`: what it writes, and what it leaves alone.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::command::{ECHO, Project, Task};

fn project() -> Project {
    let project = Project::of("acme/thermo");
    for name in ["convert", "filter", "keep"] {
        project.write(&format!("tasks/{name}.go"), ECHO);
    }
    project.workflow(&[
        Task::processor("convert", &["edge", "cloud"]),
        Task::processor("filter", &["edge"]),
        Task::processor("keep", &["edge"]),
    ]);
    project
}

/// Every file below a folder.
fn files(folder: &Path, prefix: &str, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), &format!("{name}/"), all),
            false => drop(all.insert(name, fs::read(entry.path()).unwrap())),
        }
    }
}

fn generated(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    files(&project.path().join("gen"), "", &mut all);
    all
}

#[tokio::test]
async fn two_machines_write_the_same_bytes() {
    let (one, other) = (project(), project());
    assert_eq!(one.pelato(&["gen"]).await.last(), "done: 43 files in gen/");
    other.pelato(&["gen"]).await;
    assert_eq!(generated(&one), generated(&other));
    assert_eq!(one.pelato(&["gen"]).await.last(), "done: gen/ is up to date");
}

#[tokio::test]
async fn one_task_is_written_and_the_others_stay() {
    let project = project();
    let ended = project.pelato(&["gen", "--task", "filter"]).await;
    assert_eq!(
        (ended.code, project.generated()),
        (Some(0), Some(vec!["filter".into()]))
    );
    project.pelato(&["gen"]).await;
    let before = generated(&project);
    let other = ECHO.replace("return arg", "return arg + arg");
    project.write("tasks/convert.go", &other);
    project.write("tasks/filter.go", &other);
    let ended = project.pelato(&["gen", "--task", "filter", "--json"]).await;
    assert_eq!(ended.json()["projects"][0]["unchanged"], false);
    let after = generated(&project);
    let changed: Vec<&String> = after
        .keys()
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    // The manifest holds the fingerprint.
    assert_eq!(changed, ["filter/task.go", "filter/wadm-edge.yaml"]);
    assert!(project.left_behind().is_empty());

    let ended = project.pelato(&["gen", "--task", "filtr"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: which task is `filtr`? there is none of that name; did you mean `filter`?");
}

#[tokio::test]
async fn what_no_task_generates_any_more_goes() {
    let project = project();
    project.pelato(&["gen"]).await;
    project.workflow(&[Task::processor("filter", &["edge"])]);
    let ended = project.pelato(&["gen", "--json"]).await;
    assert_eq!(
        ended.json()["projects"][0]["removed"],
        serde_json::json!(["convert", "keep"])
    );
    assert_eq!(project.generated(), Some(vec!["filter".into()]));
}

/// A link at `gen/`, at a task's folder, and in the middle of the path.
#[tokio::test]
async fn no_link_is_followed() {
    let project = project();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("precious"), "1").unwrap();
    let link = |at: &str| symlink(outside.path(), project.path().join(at)).unwrap();
    let untouched = || fs::read_dir(outside.path()).unwrap().count() == 1;
    link("gen");
    for arguments in [&["gen"][..], &["gen", "--task", "keep"]] {
        let ended = project.pelato(arguments).await;
        assert_eq!(ended.code, Some(1));
        assert!(
            ended
                .last()
                .ends_with("gen is not a folder (a link is not followed): move it away"),
            "{}",
            ended.said
        );
    }
    fs::remove_file(project.path().join("gen")).unwrap();

    project.pelato(&["gen"]).await;
    fs::remove_dir_all(project.path().join("gen/keep")).unwrap();
    link("gen/keep");
    assert_eq!(project.pelato(&["gen", "--task", "keep"]).await.code, Some(0));
    assert!(fs::symlink_metadata(project.path().join("gen/keep")).unwrap().is_dir());

    // A project's folder that is a link is no project of the repository.
    fs::rename(
        project.path().join("workflow.yaml"),
        outside.path().join("workflow.yaml"),
    )
    .unwrap();
    link("linked");
    let ended = project.pelato(&["gen"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    fs::remove_file(outside.path().join("workflow.yaml")).unwrap();
    assert!(untouched());
}

/// A repository may say that its files are somewhere else.
#[tokio::test]
async fn nothing_is_written_where_git_says_that_the_files_are() {
    let project = project();
    let outside = tempfile::tempdir().unwrap();
    let git = git2::Repository::open(project.path()).unwrap();
    git.config()
        .unwrap()
        .set_str("core.worktree", &outside.path().display().to_string())
        .unwrap();
    assert_eq!(project.pelato(&["gen"]).await.code, Some(0));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert_eq!(project.generated().unwrap().len(), 3);
}
