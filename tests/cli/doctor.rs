//! `pelato doctor`: what is there, what is missing, and what to do about it.

use std::net::TcpListener;

use serde_json::Value;

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;

fn project() -> Project {
    let project = Project::of("acme/thermo").with("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    project.write("tasks/convert.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge"])]);
    project
}

fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn what_is_missing_is_said_with_what_to_do() {
    let nowhere = closed();
    let project = project()
        .with("PELATO_NATS_URL", &format!("nats://{nowhere}"))
        .calling(&nowhere, "127.0.0.1:[NATS]");
    let ended = project.pelato(&["doctor"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
      workflow  ok     1 task, nothing wrong
            Go  ok     go[VERSION]
        Docker  note   no Docker engine answers at unix:///nonexistent/docker.sock: Socket not found: /nonexistent/docker.sock.
                       Install Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local` (tasks are compiled with this machine's Go without it)
      registry  WRONG  no registry is named: set REGISTRY_URL (for example localhost:5000), in the environment or in .env
          NATS  WRONG  NATS does not answer at nats://127.0.0.1:[NATS]: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here
    failed: 2 things to mend
    ");
}

#[tokio::test]
async fn programs_read_the_same() {
    let registry = RealRegistry::open();
    let project = project()
        .with("REGISTRY_URL", &registry.host)
        .with("PELATO_NATS_URL", &format!("nats://{}", closed()));
    let ended = project.pelato(&["doctor", "--json"]).await;
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["healthy"], false);
    let findings: Vec<(&str, &str)> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["part"].as_str().unwrap(), finding["health"].as_str().unwrap()))
        .collect();
    assert_eq!(
        findings,
        [
            ("workflow", "ok"),
            ("go", "ok"),
            ("docker", "note"),
            ("registry", "ok"),
            ("nats", "wrong")
        ]
    );
}

#[tokio::test]
async fn local_deployments_need_go_alone() {
    let project = project().with("PELATO_DEPLOY", "local");
    let ended = project.pelato(&["doctor", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["healthy"], true, "{document}");
}

#[tokio::test]
async fn a_wrong_workflow_and_a_folder_without_one_are_told_apart() {
    let project = project().with("PELATO_DEPLOY", "local");
    project.write("workflow.yaml", "project_name: Thermo\n");
    let wrong = project.pelato(&["doctor"]).await;
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong
            .said
            .contains("workflow  WRONG  it has errors; `pelato check` shows them in place"),
        "{}",
        wrong.said
    );
    project.write("empty/x", "");
    let none = project.pelato(&["doctor", "empty"]).await;
    assert_eq!(none.code, Some(0), "{}", none.said);
    assert!(
        none.said.contains("workflow  note   there is no workflow.yaml here"),
        "{}",
        none.said
    );
}

#[tokio::test]
async fn a_database_that_nobody_named() {
    let project = project().with("PELATO_DEPLOY", "local");
    let workflow = "project_name: Thermo\ntasks:\n  - name: Rows\n    type: nats_to_sql\n    code: rows.go\n    \
                    targets: [edge]\n    source_topic: rooms\n    table: rooms\n    component_name: rows\n    \
                    version: 1.0.0\n";
    project.write("workflow.yaml", workflow);
    project.write("tasks/rows.go", ECHO);
    let ended = project.pelato(&["doctor"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("database  WRONG"), "{}", ended.said);
    let named = project.with("PELATO_SQL_URL", "postgres://ada:secret@127.0.0.1:1/home");
    let ended = named.pelato(&["doctor"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(!ended.said.contains("secret"), "{}", ended.said);
}
