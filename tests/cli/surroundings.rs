//! Surroundings that lack something: one message that says what to do.

use std::net::TcpListener;

use crate::command::{ECHO, Ended, Project, Task};
use crate::registry::RealRegistry;

/// An address at which nobody listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn project() -> Project {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge"])]);
    project
}

/// The whole of what it said, with exit code `code` and nothing left behind.
fn failed(project: &Project, ended: Ended, code: i32) -> String {
    assert_eq!(ended.code, Some(code), "{}", ended.said);
    assert_eq!(ended.stdout, "");
    assert!(project.left_behind().is_empty(), "{:?}", project.left_behind());
    // Whole or not there.
    if let Some(generated) = project.generated() {
        assert_eq!(generated, ["convert"]);
    }
    ended.said
}

#[tokio::test]
async fn no_docker() {
    let project = project().with("REGISTRY_URL", "127.0.0.1:1").with("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let ended = project.pelato(&["build", "--builder", "docker"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let project = project.with("DOCKER_HOST", &format!("tcp://{}", closed()));
    let ended = project.pelato(&["brush", "--builder", "docker"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
}

#[tokio::test]
async fn no_docker_and_no_go() {
    let project = project()
        .with("REGISTRY_URL", "127.0.0.1:1")
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .with("PATH", "/nonexistent");
    let ended = project.pelato(&["build", "--builder", "auto"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let ended = project.pelato(&["build", "--builder", "local"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let ended = project.pelato(&["build", "--builder", "podman"]).await;
    insta::assert_snapshot!(failed(&project, ended, 2), @"");
}

#[tokio::test]
async fn no_docker_but_go() {
    let registry = RealRegistry::open();
    let project = project()
        .with("REGISTRY_URL", &registry.host)
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let ended = project.pelato(&["build", "--builder", "auto"]).await;
    insta::assert_snapshot!(failed(&project, ended, 0), @"");
}

#[tokio::test]
async fn no_registry() {
    let project = project();
    for command in ["build", "deploy"] {
        let ended = project.pelato(&[command]).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(failed(&project, ended, 2), @"");
        }
    }
    let project = project.with("REGISTRY_URL", &closed());
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
}

#[tokio::test]
async fn a_registry_that_refuses() {
    let registry = RealRegistry::with_password();
    let project = project().with("REGISTRY_URL", &registry.host);
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let project = project.with("REGISTRY_USER", "ci").with("REGISTRY_PASSWORD", "hunter2");
    let ended = project.pelato(&["build"]).await;
    assert!(!ended.said.contains("hunter2"));
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let project = project.with("REGISTRY_PASSWORD", "");
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    let project = project.with("REGISTRY_PASSWORD", "correct horse");
    assert_eq!(project.pelato(&["build"]).await.code, Some(0));
}

#[tokio::test]
async fn no_nats() {
    let registry = RealRegistry::open();
    let project = project().with("REGISTRY_URL", &registry.host).with("PELATO_NATS_URL", &closed());
    for command in ["deploy", "remove"] {
        let ended = project.pelato(&[command]).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(failed(&project, ended, 1), @"");
        }
    }
    // What was generated stays: it is whole.
    let ended = project.pelato(&["brush"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"");
    assert_eq!(project.generated().unwrap(), ["convert"]);
}

#[tokio::test]
async fn a_dotenv_that_is_none() {
    let project = project();
    project.write(".env", "REGISTRY_URL\n");
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 2), @"");
}
