//! `--json` of a command that ends early: programs get a document all the same.

use serde_json::Value;

use crate::command::{ECHO, Ended, Project, Task};

fn project() -> Project {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge"])]);
    project
}

fn document(ended: &Ended, code: i32) -> Value {
    assert_eq!(ended.code, Some(code), "{}", ended.said);
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test]
async fn a_missing_setting() {
    let ended = project().pelato(&["build", "--json"]).await;
    insta::assert_snapshot!(document(&ended, 2), @r#"{"diagnostics":[],"error":"no registry is named: set REGISTRY_URL (for example localhost:5000), in the environment or in .env","success":false}"#);
}

#[tokio::test]
async fn a_wrong_workflow_with_its_places() {
    let project = project();
    project.write("workflow.yaml", "project_name: Thermo\ntask: []\n");
    for command in ["gen", "brush", "remove", "test"] {
        let document = document(&project.pelato(&[command, "--json"]).await, 2);
        assert_eq!(document["success"], false, "{command}");
        let rules: Vec<&str> = document["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert_eq!(rules, ["missing-key", "unknown-key"], "{command}: {document}");
        assert_eq!(document["diagnostics"][1]["line"], 2, "{command}");
    }
}

#[tokio::test]
async fn what_needs_no_project() {
    let project = project();
    for arguments in [
        &["templates", "show", "procesor_nats", "--json"][..],
        &["new", ".", "--json"],
    ] {
        let document = document(&project.pelato(arguments).await, 2);
        assert_eq!(document["success"], false, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_folder_without_a_project() {
    let project = project();
    project.write("elsewhere/x", "");
    let document = document(&project.pelato(&["gen", "elsewhere", "--json"]).await, 2);
    let error = document["error"].as_str().unwrap();
    assert!(error.starts_with("there is no workflow.yaml in"), "{error}");
}
