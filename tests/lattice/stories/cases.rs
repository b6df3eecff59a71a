//! A task whose cases fail, beside one whose cases pass.

use super::{lattice, left_of, project_on};
use crate::command::{ECHO, Task};

#[tokio::test]
async fn a_task_whose_cases_fail_is_not_deployed() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/cased");
    let names = ["cased_first", "cased_wrong"];
    project.workflow(&names.map(|name| Task::processor(name, &["edge"])));
    for name in names {
        project.write(&format!("tasks/{name}.go"), ECHO);
        project.write(&format!("tasks/{name}.test.yaml"), "- input: a\n  expect: a\n");
    }
    project.write("tasks/cased_wrong.test.yaml", "- input: a\n  expect: A\n");

    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @"
       build  cased_first: [SIZE]
       build  cased_wrong: [SIZE]
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  cased_first: new: first deployment in default
        plan  cased_wrong: new: first deployment in default
     publish  cased_first: 127.0.0.1:[PORT]/cased_first:1.0.0@sha256:[DIGEST]
        test  cased_first: 1 case
        test  cased_wrong: failed: tasks/cased_wrong.test.yaml:1: case 1: expected `A`, found `a`
        test  cased_wrong: | tasks/cased_wrong.test.yaml:1: case 1: expected `A`, found `a`
    failed: cased_wrong (tasks/cased_wrong.test.yaml:1: case 1: expected `A`, found `a`); 1 built, 1 published, 1 left out
    ");
    assert!(left_of(lattice, "cased_").await.is_empty());

    // Unless the user asks for the others.
    let ended = project.pelato(&["brush", "--keep-going"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(left_of(lattice, "cased_").await.join("\n"), @"
    cased_first-edge
    edge: cased_first_edge-messaging
    edge: cased_first_edge-task
    ");

    project.write("tasks/cased_wrong.test.yaml", "- input: a\n  expect: a\n");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: 1 built, 1 published, 1 deployed, 1 unchanged"),
        "{}",
        ended.said
    );
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
}
