//! Three targets, of which one has no host yet.

use super::{lattice, project_on};
use crate::command::{ECHO, Task};

#[tokio::test]
async fn a_target_without_a_host_waits_and_keeps_nobody_waiting() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/targets");
    project.workflow(&[Task::processor("targeted", &["edge", "fog", "cloud"])]);
    project.write("tasks/targeted.go", ECHO);

    let ended = project.pelato(&["brush", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
       build  targeted: [SIZE]
      deploy  targeted: edge running, fog waiting (no host with host-type=fog answers), cloud running
      deploy  targeted: | targeted-cloud: 1.0.0-[DIGEST]
      deploy  targeted: | targeted-edge: 1.0.0-[DIGEST]
      deploy  targeted: | targeted-fog: 1.0.0-[DIGEST]
    generate  1 task
        plan  1 of 1 task affected
        plan  targeted: new: first deployment in default
     publish  targeted: 127.0.0.1:[PORT]/targeted:1.0.0@sha256:[DIGEST]
    done: 1 built, 1 published, 1 deployed; waiting for a host: targeted on fog
    ");
    let outcome = ended.json();
    let targets: Vec<String> = outcome["tasks"][0]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| format!("{} {} {}", target["name"], target["state"], target["reason"]))
        .collect();
    insta::assert_snapshot!(targets.join("\n"), @r#"
    "edge" "running" null
    "fog" "waiting" "no host with host-type=fog answers"
    "cloud" "running" null
    "#);

    // Host by host: what is wanted, what there is, and what wadm says where it differs.
    let status = project.pelato(&["status", "--json"]).await.json();
    let shown: Vec<String> = status["tasks"][0]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| {
            let hosts = target["hosts"].as_array().unwrap().iter();
            let hosts = hosts.map(|host| format!("{} on {}", host["instances"], host["labels"]["host-type"]));
            let hosts = hosts.collect::<Vec<_>>().join(", ");
            format!(
                "{} {} wants {}: {hosts}; {}",
                target["name"], target["state"], target["wanted_instances"], target["platform"]
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    "cloud" "running" wants 100: 100 on "cloud"; null
    "edge" "running" wants 100: 100 on "edge"; null
    "fog" "waiting" wants 100: ; null
    "#);
    let edge = &status["tasks"][0]["targets"][1];
    assert_eq!(edge["name"], "edge");
    let reference = edge["reference"].as_str().unwrap().to_lowercase();
    assert_eq!(
        edge["hosts"][0]["reference"].as_str().unwrap().to_lowercase(),
        reference
    );
    assert!(reference.ends_with(edge["digest"].as_str().unwrap()));
    assert!(status["tasks"][0]["drift"].is_null());

    // Against the folder, where that is asked.
    project.write("tasks/targeted.go", &ECHO.replace("return arg", "return arg + \"!\""));
    let drift = project.pelato(&["status", "--drift", "--json"]).await.json();
    assert_eq!(drift["tasks"][0]["drift"], "drift: code targeted.go changed");
    project.write("tasks/targeted.go", ECHO);

    // It can be made a failure.
    let ended = project.pelato(&["brush", "--require-hosts", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.json()["success"], false);
    insta::assert_snapshot!(ended.said, @"
    generate  1 task
        plan  targeted: unchanged
        plan  0 of 1 task affected
      deploy  targeted: edge running, fog waiting (no host with host-type=fog answers), cloud running
    failed: a target has no host, and --require-hosts was given; 1 unchanged; waiting for a host: targeted on fog
    ");

    // When the host comes, it runs there too.
    lattice.start_host("fog", &[]).await.unwrap();
    let ended = project.pelato(&["brush", "--require-hosts"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
    generate  1 task
        plan  targeted: unchanged
        plan  0 of 1 task affected
      deploy  targeted: edge running, fog running, cloud running
    done: nothing to do; 1 unchanged
    ");
    let fog = lattice.inventory("fog").await.unwrap();
    assert_eq!(fog["components"].as_array().unwrap().len(), 1, "{fog}");
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    lattice.terminate("fog").await.unwrap();
}
