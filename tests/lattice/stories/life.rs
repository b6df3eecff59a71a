//! From the first `brush` to `remove`.

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;

use super::{free_port, lattice, left_of, post, post_until, project_on};
use crate::command::{ECHO, Task};

/// `state` of each task, and of each of its targets.
fn states(outcome: &Value) -> Vec<String> {
    let tasks = outcome["tasks"].as_array().unwrap().iter();
    let task = |task: &Value| {
        let targets = task["targets"].as_array().unwrap().iter();
        let targets: Vec<String> = targets
            .map(|target| format!("{} {}", target["name"], target["state"]))
            .collect();
        let line = format!(
            "{} {} {}: {}",
            task["component_name"],
            task["change"],
            task["state"],
            targets.join(", ")
        );
        line.replace('"', "")
    };
    tasks.map(task).collect()
}

#[tokio::test]
async fn a_project_is_deployed_changed_and_removed() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/life");
    let (edge, cloud) = (free_port(), free_port());
    let address = format!("{{ edge: 127.0.0.1:{edge}, cloud: 127.0.0.1:{cloud} }}");
    let served = Task::http("life_served", &["edge", "cloud"], &address);
    let relayed = Task::processor("life_relayed", &["edge"]);
    project.workflow(&[served.clone(), relayed.clone()]);
    project.write("tasks/life_served.go", ECHO);
    project.write("tasks/life_relayed.go", ECHO);

    // The first brush: everything is new. Its one document is all of stdout.
    let ended = project.pelato(&["brush", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
       build  life_relayed: [SIZE]
       build  life_served: [SIZE]
      deploy  life_relayed: edge running
      deploy  life_relayed: | life_relayed-edge: 1.0.0-[DIGEST]
      deploy  life_served: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  life_served: | life_served-cloud: 1.0.0-[DIGEST]
      deploy  life_served: | life_served-edge: 1.0.0-[DIGEST]
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  life_relayed: new: first deployment in default
        plan  life_served: new: first deployment in default
     publish  life_relayed: 127.0.0.1:[PORT]/life_relayed:1.0.0@sha256:[DIGEST]
     publish  life_served: 127.0.0.1:[PORT]/life_served:1.0.0@sha256:[DIGEST]
    done: 2 built, 2 published, 2 deployed
    ");
    let outcome = ended.json();
    assert_eq!(outcome["success"], true);
    insta::assert_snapshot!(states(&outcome).join("\n"), @"
    life_served new success: edge running, cloud running
    life_relayed new success: edge running
    ");
    let addresses: Vec<&Value> = outcome["tasks"][0]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| &target["address"])
        .collect();
    assert_eq!(
        addresses,
        [
            &json!(format!("127.0.0.1:{edge}")),
            &json!(format!("127.0.0.1:{cloud}"))
        ]
    );

    // Bodies and messages pass whole, whatever their length.
    let client = async_nats::connect(lattice.nats()).await.unwrap();
    let mut posted = client.subscribe("life_served.out").await.unwrap();
    let mut relayed_out = client.subscribe("life_relayed.out").await.unwrap();
    client.flush().await.unwrap();
    post_until(edge, "ready", "ready").await;
    post_until(cloud, "ready", "ready").await;
    for length in [1, 255, 256, 257, 65_536, 1_000_000] {
        let body: String = (0..length)
            .map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap()))
            .collect();
        let answer = post(edge, &body).await;
        assert!(
            answer.as_deref() == Ok(body.as_str()),
            "a POST of {length} bytes: {:.200}",
            format!("{answer:?}")
        );
        client.publish("life_relayed.in", body.clone().into()).await.unwrap();
        let whole = async |messages: &mut async_nats::Subscriber| loop {
            let next = tokio::time::timeout(Duration::from_secs(60), messages.next()).await;
            let payload = next
                .unwrap_or_else(|_| panic!("no message of {length} bytes"))
                .unwrap()
                .payload;
            if payload.as_ref() != b"ready" {
                break payload;
            }
        };
        assert!(
            whole(&mut posted).await == body.as_bytes(),
            "published after a POST of {length} bytes"
        );
        assert!(
            whole(&mut relayed_out).await == body.as_bytes(),
            "a message of {length} bytes"
        );
    }

    // The same once more does nothing, and says so.
    let ended = project.pelato(&["brush"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.sorted(), @"
      deploy  life_relayed: edge running
      deploy  life_served: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
    generate  2 tasks
        plan  0 of 2 tasks affected
        plan  life_relayed: unchanged
        plan  life_served: unchanged
    done: nothing to do; 2 unchanged
    ");

    // Other code under the same version is what answers.
    project.write(
        "tasks/life_served.go",
        &ECHO.replace("return arg", "return \"now \" + arg"),
    );
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
       build  life_served: [SIZE]
      deploy  life_relayed: edge running
      deploy  life_served: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  life_served: | life_served-cloud was away for [TIME]
      deploy  life_served: | life_served-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  life_served: | life_served-edge was away for [TIME]
      deploy  life_served: | life_served-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
    generate  2 tasks
        plan  1 of 2 tasks affected
        plan  life_relayed: unchanged
        plan  life_served: changed: code life_served.go changed
     publish  life_served: 127.0.0.1:[PORT]/life_served:1.0.0@sha256:[DIGEST]
    done: 1 built, 1 published, 1 deployed, 1 unchanged
    ");
    post_until(edge, "ready", "now ready").await;
    post_until(cloud, "ready", "now ready").await;

    // Another version of the same code is not built; a target that is named no
    // more is undeployed.
    let relayed = Task {
        version: "1.1.0",
        ..relayed
    };
    let only_edge = Task {
        targets: vec!["edge"],
        address: Some(format!("127.0.0.1:{edge}")),
        ..served
    };
    project.workflow(&[only_edge.clone(), relayed]);
    let ended = project.pelato(&["brush", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
      deploy  life_relayed: edge running
      deploy  life_relayed: | life_relayed-edge was away for [TIME]
      deploy  life_relayed: | life_relayed-edge: 1.0.0-[DIGEST] → 1.1.0-[DIGEST]
      deploy  life_served: edge running at 127.0.0.1:[PORT]
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  life_relayed: changed: settings of edge changed
        plan  life_served: changed: target cloud removed
      remove  life_served: 1 application
      remove  life_served: | life_served-cloud: 1.0.0-[DIGEST] → nothing
    done: 2 deployed
    ");
    let reference = ended.json()["tasks"][1]["reference"].clone();
    assert!(
        reference.as_str().unwrap().contains("/life_relayed:1.1.0@sha256:"),
        "{reference}"
    );
    assert_eq!(post(edge, "ready").await.as_deref(), Ok("now ready"));
    insta::assert_snapshot!(left_of(lattice, "life_served").await.join("\n"), @"
    edge: life_served_edge-http
    edge: life_served_edge-messaging
    edge: life_served_edge-task
    life_served-edge
    ");

    // A task that left the workflow is undeployed.
    project.workflow(&[only_edge]);
    let ended = project.pelato(&["brush", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
      deploy  life_served: edge running at 127.0.0.1:[PORT]
    generate  1 task
        plan  1 of 2 tasks affected
        plan  life_relayed: removed: no longer in the workflow
        plan  life_served: unchanged
      remove  life_relayed: 1 application
      remove  life_relayed: | life_relayed-edge: 1.1.0-[DIGEST] → nothing
    done: 1 removed, 1 unchanged
    ");
    insta::assert_snapshot!(states(&ended.json()).join("\n"), @"
    life_served unchanged success: edge running
    life_relayed removed success: edge removed
    ");
    assert!(left_of(lattice, "life_relayed").await.is_empty());

    // And all of it goes.
    let ended = project.pelato(&["remove"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
      remove  life_served: 1 application
      remove  life_served: | life_served-edge: 1.0.0-[DIGEST] → nothing
    done: 1 removed
    ");
    assert!(left_of(lattice, "life_").await.is_empty());
    let ended = project.pelato(&["remove", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
      remove  life_served: nothing was deployed
    done: nothing to do; nothing is deployed
    ");
    assert_eq!(ended.json()["success"], true);
    assert!(project.left_behind().is_empty());
}

#[tokio::test]
async fn build_and_deploy_one_after_the_other() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/steps");
    project.workflow(&[Task::processor("steps", &["edge"])]);
    project.write("tasks/steps.go", ECHO);

    let ended = project.pelato(&["deploy"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"
        plan  steps: new: first deployment in default
        plan  1 of 1 task affected
    failed: steps (this code is not published yet; run `pelato build`, or `pelato brush` for both)
    ");

    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(left_of(lattice, "steps").await.is_empty());
    assert_eq!(project.generated(), None, "`build` writes no gen/");

    let ended = project.pelato(&["deploy"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
        plan  steps: new: first deployment in default
        plan  1 of 1 task affected
      deploy  steps: | steps-edge: 1.0.0-[DIGEST]
      deploy  steps: edge running
    done: 1 deployed
    ");
    let ended = project.pelato(&["deploy"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
        plan  steps: unchanged
        plan  0 of 1 task affected
      deploy  steps: edge running
    done: nothing to do; 1 unchanged
    ");
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    assert!(left_of(lattice, "steps").await.is_empty());
}
