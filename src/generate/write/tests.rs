//! `gen/` on a real disk.

use std::os::unix::fs::symlink;
use std::time::SystemTime;

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn project(name: &str, code: &str) -> (Sources, Vec<Manifest>) {
    let sources = Sources {
        component_name: name.into(),
        files: [("task.go", code), ("internal/abi/empty.s", "")]
            .map(|(path, content)| (path.to_owned(), content.into()))
            .into(),
        ..Sources::default()
    };
    let manifest = Manifest {
        application: format!("{name}-edge"),
        target: "edge".into(),
        version: String::new(),
        component_id: String::new(),
        provider_ids: Vec::new(),
        document: json!({"kind": "Application"}),
        address: None,
    };
    (sources, vec![manifest])
}

/// A project's folder, with `gen` in it that is not there yet.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("gen");
    (folder, generated)
}

/// All below `dir`, links not followed.
fn listing(dir: &Path) -> Vec<String> {
    let found = present::look(dir, &Files::new()).unwrap();
    found.paths.into_iter().collect()
}

#[test]
fn each_task_has_a_folder_with_its_sources_and_manifests() {
    let (_folder, generated) = folder();
    let summary = write(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    assert_eq!(
        summary,
        WriteSummary {
            files: 6,
            removed: vec![],
            unchanged: false
        }
    );
    insta::assert_snapshot!(listing(&generated).join("\n"), @"
    .gitignore
    a/internal/abi/empty.s
    a/task.go
    a/wadm-edge.yaml
    b/internal/abi/empty.s
    b/task.go
    b/wadm-edge.yaml
    ");
    assert_eq!(
        fs::read_to_string(generated.join("a/wadm-edge.yaml")).unwrap(),
        "kind: Application\n"
    );
}

#[test]
fn the_same_again_touches_nothing() {
    let (_folder, generated) = folder();
    write(&generated, &[project("a", "1")]).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH;
    let file = fs::File::open(generated.join("a/task.go")).unwrap();
    file.set_modified(long_ago).unwrap();
    let summary = write(&generated, &[project("a", "1")]).unwrap();
    assert!(summary.unchanged);
    assert_eq!(
        fs::metadata(generated.join("a/task.go")).unwrap().modified().unwrap(),
        long_ago
    );
}

#[test]
fn what_no_task_generates_any_more_goes() {
    let (folder, generated) = folder();
    write(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    fs::write(generated.join("a/left.go"), "").unwrap();
    let summary = write(&generated, &[project("a", "new")]).unwrap();
    assert_eq!(summary.removed, ["b"]);
    assert_eq!(fs::read_to_string(generated.join("a/task.go")).unwrap(), "new");
    assert!(!generated.join("a/left.go").exists());
    // Nothing stays beside it either.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_link_is_not_followed() {
    let (folder, generated) = folder();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("precious"), "1").unwrap();

    symlink(&outside, &generated).unwrap();
    let error = write(&generated, &[project("a", "1")]).unwrap_err();
    assert!(matches!(error, WriteError::NotFolder { .. }), "{error}");
    fs::remove_file(&generated).unwrap();

    write(&generated, &[project("a", "1")]).unwrap();
    fs::remove_file(generated.join("a/internal/abi/empty.s")).unwrap();
    symlink(&outside, generated.join("a/internal/abi/empty.s")).unwrap();
    symlink(&outside, generated.join("b")).unwrap();
    assert!(!write(&generated, &[project("a", "1")]).unwrap().unchanged);
    assert!(
        fs::symlink_metadata(generated.join("a/internal/abi/empty.s"))
            .unwrap()
            .is_file()
    );
    assert_eq!(fs::read_to_string(outside.join("precious")).unwrap(), "1");
}

#[test]
fn a_folder_of_someone_elses_is_left_alone() {
    let (_folder, generated) = folder();
    fs::create_dir(&generated).unwrap();
    // Empty, it may be ours.
    write(&generated, &[project("a", "1")]).unwrap();
    fs::remove_file(generated.join(MARK)).unwrap();
    let error = write::<Sources>(&generated, &[]).unwrap_err();
    assert!(matches!(error, WriteError::NotOurs { .. }), "{error}");
    assert!(generated.join("a/task.go").exists());
}

#[test]
fn a_failure_leaves_what_was_there() {
    let (folder, generated) = folder();
    write(&generated, &[project("a", "1")]).unwrap();
    let mut broken = project("a", "2");
    // A file where a folder has to be.
    broken.0.files.insert("task.go/below".into(), Vec::new());
    let error = write(&generated, &[broken]).unwrap_err();
    assert!(matches!(error, WriteError::Io { .. }), "{error}");
    assert_eq!(fs::read_to_string(generated.join("a/task.go")).unwrap(), "1");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_path_leads_outside() {
    let (folder, generated) = folder();
    for name in ["..", ".", "", "/etc", "a/../..", "a\\b", "a\0b"] {
        let error = write(&generated, &[project(name, "1")]).unwrap_err();
        assert!(matches!(error, WriteError::Name { .. }), "{name:?}: {error}");
        assert!(error.to_string().ends_with("\" cannot be the path of a generated file"));
    }
    let mut project = project("a", "1");
    project.1[0].target = "../../x".into();
    assert!(write(&generated, &[project]).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn one_task_of_several_is_written_and_the_others_stay() {
    let (folder, generated) = folder();
    // The first of all is written whole.
    assert_eq!(write_some(&generated, &[project("a", "1")]).unwrap().files, 3);
    write(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    fs::write(generated.join("b/mine.txt"), "1").unwrap();
    fs::write(generated.join("a/left.go"), "").unwrap();
    let summary = write_some(&generated, &[project("a", "new")]).unwrap();
    assert_eq!((summary.files, summary.removed.len(), summary.unchanged), (3, 0, false));
    assert_eq!(fs::read_to_string(generated.join("a/task.go")).unwrap(), "new");
    assert!(!generated.join("a/left.go").exists());
    assert!(generated.join("b/mine.txt").exists() && generated.join("b/task.go").exists());
    assert!(write_some(&generated, &[project("a", "new")]).unwrap().unchanged);
    // Nothing stays beside it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// In the place of `gen/` itself, of a task's folder, and of a file within it. A link
/// that is put there between the look and the rename is replaced and not followed
/// either: a rename moves the link.
#[test]
fn one_task_is_not_written_through_a_link() {
    let (folder, generated) = folder();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("task.go"), "precious").unwrap();
    symlink(&outside, &generated).unwrap();
    let error = write_some(&generated, &[project("a", "1")]).unwrap_err();
    assert!(matches!(error, WriteError::NotFolder { .. }), "{error}");
    fs::remove_file(&generated).unwrap();

    write(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    fs::remove_dir_all(generated.join("a")).unwrap();
    symlink(&outside, generated.join("a")).unwrap();
    fs::remove_file(generated.join("b/task.go")).unwrap();
    symlink(outside.join("task.go"), generated.join("b/task.go")).unwrap();
    let summary = write_some(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    assert!(!summary.unchanged);
    for task in ["a", "b"] {
        assert!(fs::symlink_metadata(generated.join(task)).unwrap().is_dir());
        let file = generated.join(task).join("task.go");
        assert!(fs::symlink_metadata(file).unwrap().is_file());
    }
    assert_eq!(fs::read_to_string(outside.join("task.go")).unwrap(), "precious");
}

#[test]
fn a_failure_of_one_task_leaves_all() {
    let (folder, generated) = folder();
    write(&generated, &[project("a", "1"), project("b", "2")]).unwrap();
    let mut broken = project("b", "new");
    broken.0.files.insert("task.go/below".into(), Vec::new());
    assert!(write_some(&generated, &[project("a", "new"), broken]).is_err());
    assert_eq!(fs::read_to_string(generated.join("a/task.go")).unwrap(), "1");
    assert_eq!(fs::read_to_string(generated.join("b/task.go")).unwrap(), "2");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    fs::remove_file(generated.join(MARK)).unwrap();
    let error = write_some(&generated, &[project("a", "new")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} was not written by pelato, which would replace all of it: move it away or delete it",
            generated.display()
        )
    );
}

#[test]
fn what_begins_like_it_is_another_content() {
    let (_folder, generated) = folder();
    let a = project("a", "1");
    write(
        &generated,
        &[&a].map(|(sources, manifests)| (sources, manifests.clone())),
    )
    .unwrap();
    for other in ["", "12"] {
        std::fs::write(generated.join("a/task.go"), other).unwrap();
        let summary = write(
            &generated,
            &[&a].map(|(sources, manifests)| (sources, manifests.clone())),
        )
        .unwrap();
        assert!(!summary.unchanged);
        assert_eq!(std::fs::read_to_string(generated.join("a/task.go")).unwrap(), "1");
    }
}
