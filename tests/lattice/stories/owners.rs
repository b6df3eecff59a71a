//! One component name, two repositories.

use super::{lattice, left_of, project_on};
use crate::command::{ECHO, Task};

#[tokio::test]
async fn what_is_someone_else_s_is_left_alone() {
    let lattice = lattice().await;
    let [ours, theirs] = ["acme/ours", "umbrella/theirs"].map(|repository| {
        let project = project_on(lattice, repository);
        project.workflow(&[Task::processor("owned", &["edge"])]);
        project.write(
            "tasks/owned.go",
            &ECHO.replace("arg }", &format!("arg + {repository:?} }}")),
        );
        project
    });
    let ended = theirs.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let before = left_of(lattice, "owned").await;

    let ended = ours.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"
    generate  1 task
        plan  owned: new: first deployment in default
        plan  1 of 1 task affected
       build  owned: [SIZE]
     publish  owned: 127.0.0.1:[PORT]/owned:1.0.0@sha256:[DIGEST]
      deploy  owned: failed: the application owned-edge on this lattice belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first
    failed: owned (the application owned-edge on this lattice belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first); 1 built, 1 published
    ");
    let ended = ours.pelato(&["remove"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"
      remove  owned: failed: the application owned-edge on this lattice belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first
    failed: owned (the application owned-edge on this lattice belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first)
    ");

    // Nor is it another environment's of the same repository.
    let ended = theirs.pelato(&["brush", "--environment", "staging"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @"failed: owned (the application owned-edge on this lattice belongs to umbrella/theirs (environment default), not to umbrella/theirs (environment staging); it was left alone: choose another component_name, or remove the other one first)");

    assert_eq!(left_of(lattice, "owned").await, before);
    let ended = theirs.pelato(&["brush"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: nothing to do; 1 unchanged")
    );
    assert_eq!(theirs.pelato(&["remove"]).await.code, Some(0));
}
