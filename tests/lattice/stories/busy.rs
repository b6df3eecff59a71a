//! A host that is silent for a while, as one is that compiles a component.

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};

use super::{left_of, project_on};
use crate::command::{ECHO, Ended, Project, Task};

/// Calls `pelato` while the host is halted, and lets it go on once it was asked for
/// several times.
async fn while_it_is_silent(lattice: &Lattice, project: &Project, command: &str) -> Ended {
    let client = async_nats::connect(lattice.nats()).await.unwrap();
    let pings = format!("wasmbus.ctl.v1.{}.host.ping", lattice.name());
    let mut pings = client.subscribe(pings).await.unwrap();
    client.flush().await.unwrap();
    lattice.freeze("edge").unwrap();
    let child = project.start(&[command]);
    for _ in 0..3 {
        next(&mut pings).await;
    }
    lattice.thaw("edge").unwrap();
    project.ended(child).await
}

/// The next message, or a failure where none comes.
async fn next(messages: &mut Subscriber) -> String {
    let next = tokio::time::timeout(Duration::from_secs(120), messages.next()).await;
    let payload = next.unwrap().unwrap().payload;
    String::from_utf8(payload.to_vec()).unwrap()
}

#[tokio::test]
async fn a_host_that_is_busy_is_not_taken_for_gone() {
    let options = Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    };
    let lattice = Lattice::start(options).await.unwrap();
    let project = project_on(&lattice, "acme/busy");
    project.workflow(&[Task::processor("busy", &["edge"])]);
    project.write("tasks/busy.go", ECHO);
    assert_eq!(project.pelato(&["build"]).await.code, Some(0));

    let ended = while_it_is_silent(&lattice, &project, "brush").await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: 1 deployed"),
        "{}",
        ended.said
    );
    assert!(ended.said.contains("busy: edge running"), "{}", ended.said);

    // What it runs is not overlooked when other code takes its place.
    let client = async_nats::connect(lattice.nats()).await.unwrap();
    let mut answers = client.subscribe("busy.out").await.unwrap();
    project.write("tasks/busy.go", &ECHO.replace("return arg", "return \"now \" + arg"));
    let ended = while_it_is_silent(&lattice, &project, "brush").await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.said.contains("busy: edge running"), "{}", ended.said);
    for _ in 0..20 {
        client.publish("busy.in", "ready".into()).await.unwrap();
        assert_eq!(next(&mut answers).await, "now ready");
    }

    let ended = while_it_is_silent(&lattice, &project, "remove").await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: 1 removed"),
        "{}",
        ended.said
    );
    assert!(left_of(&lattice, "busy").await.is_empty());
}
