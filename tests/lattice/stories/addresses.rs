//! One address of a target, and more than one who wants it.

use super::{free_port, lattice, post_until, project_on};
use crate::command::{ECHO, Project, Task};

fn listening(project: &Project, component_name: &str, port: u16) -> Task {
    project.write(&format!("tasks/{component_name}.go"), ECHO);
    Task::http(component_name, &["edge"], &format!("127.0.0.1:{port}"))
}

#[tokio::test]
async fn an_address_is_somebodys_until_he_gives_it_up() {
    let lattice = lattice().await;
    let port = free_port();
    let first = project_on(lattice, "acme/first");
    first.workflow(&[listening(&first, "address_first", port)]);
    let ended = first.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);

    // Somebody else: that task is refused, the other one runs.
    let second = project_on(lattice, "acme/second");
    let wants = listening(&second, "address_second", port);
    second.write("tasks/address_beside.go", ECHO);
    second.workflow(&[wants, Task::processor("address_beside", &["edge"])]);
    let ended = second.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
       build  address_beside: [SIZE]
       build  address_second: [SIZE]
      deploy  address_beside: edge running
      deploy  address_beside: | address_beside-edge: 1.0.0-[DIGEST]
      deploy  address_second: failed: 127.0.0.1:[PORT] on edge is taken by address_first-edge of acme/first (environment default): give the task another `address`
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  address_beside: new: first deployment in default
        plan  address_second: new: first deployment in default
     publish  address_beside: 127.0.0.1:[PORT]/address_beside:1.0.0@sha256:[DIGEST]
     publish  address_second: 127.0.0.1:[PORT]/address_second:1.0.0@sha256:[DIGEST]
    failed: address_second (127.0.0.1:[PORT] on edge is taken by address_first-edge of acme/first (environment default): give the task another `address`); 2 built, 2 published, 1 deployed
    ");
    post_until(port, "still here", "still here").await;

    // Its owner calls it otherwise and writes it anew: the old one goes first.
    let renamed = listening(&first, "address_renamed", port);
    first.write(
        "tasks/address_renamed.go",
        "package main\n\nfunc exec_task(arg string) string { return \"renamed \" + arg }\n",
    );
    first.workflow(&[renamed]);
    let ended = first.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    post_until(port, "here", "renamed here").await;
    for project in [first, second] {
        let ended = project.pelato(&["remove"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
    }
}
