//! Two projects on one host, whose owners are not the same.

use crate::command::{ECHO, Project, Task};
use crate::host::{Host, free_address, post};

fn project(repository: &str, state: &str, task: &Task) -> Project {
    let project = Project::of(repository)
        .with("PELATO_STATE", state)
        .with("PELATO_DEPLOY", "local")
        .calling(state, "[STATE]");
    project.write(&format!("tasks/{}", task.code), ECHO);
    project.workflow(std::slice::from_ref(task));
    project
}

#[tokio::test]
async fn what_is_another_s_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::below(folder.path(), "default");
    let state = folder.path().display().to_string();
    let address = free_address();
    let theirs = project("umbrella/theirs", &state, &Task::http("echo", &["edge"], &address));
    assert_eq!(theirs.pelato(&["brush"]).await.code, Some(0));

    // The same name.
    let ours = project("acme/ours", &state, &Task::http("echo", &["edge"], &free_address()));
    let ended = ours.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @"failed: echo (the application echo-edge on this host belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first)");
    let ended = ours.pelato(&["remove"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @"failed: echo (the application echo-edge on this host belongs to umbrella/theirs (environment default), not to acme/ours (environment default); it was left alone: choose another component_name, or remove the other one first)");

    // The same component's name and address under a name that is free.
    ours.workflow(&[Task::http("echo", &["cloud"], &address)]);
    let ended = ours.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @"failed: echo (cloud: 127.0.0.1:[PORT] is taken by umbrella/theirs (environment default): give the task another `address`)");

    assert_eq!(post(&address, "still there").await.unwrap(), "still there");
    assert_eq!(theirs.pelato(&["remove"]).await.code, Some(0));
    host.until_gone().await;
}
