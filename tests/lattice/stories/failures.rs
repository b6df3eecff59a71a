//! A task that does not compile, beside two that do.

use super::{lattice, left_of, project_on};
use crate::command::{ECHO, Task};

#[tokio::test]
async fn one_of_three_does_not_compile() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/three");
    let names = ["three_first", "three_broken", "three_last"];
    project.workflow(&names.map(|name| Task::processor(name, &["edge"])));
    for name in names {
        project.write(&format!("tasks/{name}.go"), ECHO);
    }
    project.write(
        "tasks/three_broken.go",
        "package main\n\nfunc exec_task(arg string) string {\n\treturn args\n}\n",
    );

    // The others are built, and nothing is deployed.
    let ended = project.pelato(&["brush", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @"
       build  three_broken: failed: tasks/three_broken.go:4:9: undefined: args
       build  three_broken: | tasks/three_broken.go:4:9: undefined: args
       build  three_first: [SIZE]
       build  three_last: [SIZE]
    generate  3 tasks
        plan  3 of 3 tasks affected
        plan  three_broken: new: first deployment in default
        plan  three_first: new: first deployment in default
        plan  three_last: new: first deployment in default
     publish  three_first: 127.0.0.1:[PORT]/three_first:1.0.0@sha256:[DIGEST]
     publish  three_last: 127.0.0.1:[PORT]/three_last:1.0.0@sha256:[DIGEST]
    failed: three_broken (tasks/three_broken.go:4:9: undefined: args); 2 built, 2 published, 2 left out
    ");
    let outcome = ended.json();
    let shown: Vec<String> = outcome["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| format!("{}: {} {}", task["component_name"], task["state"], task["reason"]))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    "three_first": "skipped" "left out, since another task of this run failed"
    "three_broken": "failure" "`three_broken` does not compile:\ntasks/three_broken.go:4:9: undefined: args"
    "three_last": "skipped" "left out, since another task of this run failed"
    "#);
    assert_eq!(outcome["success"], false);
    assert!(left_of(lattice, "three_").await.is_empty());

    // Unless the user asks for it; what is in the registry is not built again.
    let ended = project.pelato(&["brush", "--keep-going"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @"
       build  three_broken: failed: tasks/three_broken.go:4:9: undefined: args
       build  three_broken: | tasks/three_broken.go:4:9: undefined: args
      deploy  three_first: edge running
      deploy  three_first: | three_first-edge: 1.0.0-[DIGEST]
      deploy  three_last: edge running
      deploy  three_last: | three_last-edge: 1.0.0-[DIGEST]
    generate  3 tasks
        plan  3 of 3 tasks affected
        plan  three_broken: new: first deployment in default
        plan  three_first: new: first deployment in default
        plan  three_last: new: first deployment in default
    failed: three_broken (tasks/three_broken.go:4:9: undefined: args); 2 deployed
    ");
    insta::assert_snapshot!(left_of(lattice, "three_").await.join("\n"), @"
    edge: three_first_edge-messaging
    edge: three_first_edge-task
    edge: three_last_edge-messaging
    edge: three_last_edge-task
    three_first-edge
    three_last-edge
    ");

    // Mended, only that one is built.
    project.write("tasks/three_broken.go", ECHO);
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: 1 built, 1 published, 1 deployed, 2 unchanged"),
        "{}",
        ended.said
    );
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
}
