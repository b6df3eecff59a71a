//! Back to what ran before, on a lattice.

use super::{free_port, lattice, left_of, post_until, project_on};
use crate::command::{Project, Task};

fn write(project: &Project, text: &str) {
    let code = format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {text}\" }}\n");
    project.write("tasks/undone.go", &code);
}

#[tokio::test]
async fn an_earlier_deployment_is_put_back_from_another_machine_without_a_build() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/undone");
    let (edge, cloud) = (free_port(), free_port());
    let address = format!("{{ edge: 127.0.0.1:{edge}, cloud: 127.0.0.1:{cloud} }}");
    let task = Task::http("undone", &["edge", "cloud"], &address);
    project.workflow(std::slice::from_ref(&task));
    for text in ["one", "two"] {
        write(&project, text);
        let ended = project.pelato(&["brush"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
    }
    post_until(edge, "it is", "it is two").await;

    // A fresh checkout: all that is needed is on the lattice and in the registry.
    let elsewhere = project_on(lattice, "acme/undone");
    elsewhere.workflow(&[task]);
    let ended = elsewhere.pelato(&["rollback", "--require-hosts"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.sorted(), @"
      deploy  undone: cloud running at 127.0.0.1:[PORT], edge running at 127.0.0.1:[PORT]
      deploy  undone: | undone-cloud was away for [TIME]
      deploy  undone: | undone-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  undone: | undone-edge was away for [TIME]
      deploy  undone: | undone-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  1 of 1 task affected
        plan  undone: changed: cloud back to 1.0.0-[DIGEST]; edge back to 1.0.0-[DIGEST]
    done: 1 deployed
    ");
    for port in [edge, cloud] {
        post_until(port, "it is", "it is one").await;
    }
    let status = elsewhere.pelato(&["status", "--json"]).await.json();
    for target in status["tasks"][0]["targets"].as_array().unwrap() {
        assert_eq!(target["state"], "running", "{target}");
        assert!(target["restored"].is_string(), "{target}");
    }

    // The next brush of the newer code deploys it again, and builds nothing.
    let ended = project.pelato(&["brush"]).await;
    assert_eq!((ended.code, ended.last()), (Some(0), "done: 1 deployed"));
    post_until(edge, "it is", "it is two").await;
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    assert!(left_of(lattice, "undone").await.is_empty());
    assert_eq!(project.pelato(&["rollback"]).await.code, Some(1));
}
