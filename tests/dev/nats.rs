//! `pelato dev --nats`: the tasks hear and speak over a real NATS, beside whoever else is
//! there.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::command::{ECHO, Project};
use crate::guarded_nats::GuardedNats;
use crate::{Dev, PATIENCE};

const RELAY: &str = "project_name: Relay\ntasks:\n  - name: Relay\n    type: processor_nats\n    code: relay.go\n    \
    targets: [edge, cloud]\n    source_topic: rooms.*.in\n    dest_topic: rooms.out\n    component_name: relay\n    \
    version: 1.0.0\n";

/// Says of whom it is, and fails where it is asked to.
fn code(mark: &str) -> String {
    format!(
        "package main\n\nimport \"errors\"\n\nfunc exec_task(arg string) (string, error) {{\n\
         \tif arg == \"fail\" {{\n\t\treturn \"\", errors.New(\"not today\")\n\t}}\n\treturn arg + \"{mark}\", nil\n}}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_over_a_named_nats_are_answered_once_each_while_the_code_changes() {
    let nats = GuardedNats::start();
    let project = Project::of("acme/relay");
    project.write("workflow.yaml", RELAY);
    project.write("tasks/relay.go", &code("-old"));
    let address = nats.url.replace("nats://", "nats://ci:correct%20horse@");
    let mut dev = Dev::with(&project, &["--nats", &address], &[]);
    dev.says("q  to quit").await;

    let options = async_nats::ConnectOptions::with_user_and_password("ci".into(), "correct horse".into());
    let client = options.connect(&nats.url).await.unwrap();
    let mut out = client.subscribe("rooms.out").await.unwrap();
    let mut next = async || {
        let came = timeout(PATIENCE, out.next()).await.expect("an answer").unwrap();
        String::from_utf8(came.payload.to_vec()).unwrap()
    };

    client.publish("rooms.attic.in", "fail".into()).await.unwrap();
    let line = dev.says("not today").await;
    insta::assert_snapshot!(line, @"");

    // A message every few milliseconds, until the new code has answered some.
    let sender = client.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        while stopped.try_recv().is_err() {
            sender.publish("rooms.attic.in", sent.to_string().into()).await.unwrap();
            sent += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sent
    });
    let mut answers = vec![next().await];
    project.write("tasks/relay.go", &code("-new"));
    while answers.iter().filter(|answer| answer.ends_with("-new")).count() < 20 {
        answers.push(next().await);
    }
    stop.send(()).unwrap();
    let sent: usize = sending.await.unwrap();
    while answers.len() < sent {
        answers.push(next().await);
    }
    let mut numbers: Vec<usize> = answers
        .iter()
        .map(|answer| answer.rsplit_once('-').unwrap().0.parse().unwrap())
        .collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..sent), "each once: {answers:?}");
    assert!(answers.iter().any(|answer| answer.ends_with("-old")));

    dev.types("q").await;
    let said = dev.said.join("\n");
    assert_eq!(dev.ends().await, Some(0));
    assert!(!said.contains("horse"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nats_that_is_not_there_is_said() {
    let mut nats = GuardedNats::open();
    nats.stop();
    let project = Project::of("acme/relay");
    project.write("workflow.yaml", RELAY);
    project.write("tasks/relay.go", ECHO);
    let dev = Dev::with(&project, &["--nats", &nats.url], &[]);
    let (code, said) = dev.refused().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&nats.url.replace("nats://", "")), "{said}");
}
