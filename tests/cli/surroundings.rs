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
    let project = project()
        .with("REGISTRY_URL", "127.0.0.1:1")
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let ended = project.pelato(&["build", "--builder", "docker"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
    error: no Docker engine answers at unix:///nonexistent/docker.sock: Socket not found: /nonexistent/docker.sock.
    Install Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local`
    ");
    let project = project.with("DOCKER_HOST", &format!("tcp://{}", closed()));
    let ended = project.pelato(&["brush", "--builder", "docker"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
    generate  1 task
    error: no Docker engine answers at tcp://127.0.0.1:[PORT]: Connection refused (os error 111).
    Install Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local`
    ");
}

#[tokio::test]
async fn no_docker_and_no_go() {
    let project = project()
        .with("REGISTRY_URL", "127.0.0.1:1")
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .with("PATH", "/nonexistent");
    let ended = project.pelato(&["build", "--builder", "auto"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
    error: there is nothing to build with: no Docker engine answers at unix:///nonexistent/docker.sock (Socket not found: /nonexistent/docker.sock); there is no `go` to run.
    Install Docker and start it, or install Go 1.26 or later (https://go.dev/dl) and use `--builder local`
    ");
    let ended = project.pelato(&["build", "--builder", "local"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"error: there is no `go` to run; install Go 1.26 or later (https://go.dev/dl), or build in Docker: `--builder docker`");
    let ended = project.pelato(&["build", "--builder", "podman"]).await;
    insta::assert_snapshot!(failed(&project, ended, 2), @"error: PELATO_BUILDER (--builder): `podman` is no builder: say `docker`, `local` or `auto`");
}

#[tokio::test]
async fn no_docker_but_go() {
    let registry = RealRegistry::open();
    let project = project()
        .with("REGISTRY_URL", &registry.host)
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let ended = project.pelato(&["build", "--builder", "auto"]).await;
    insta::assert_snapshot!(failed(&project, ended, 0), @"
       build  | no Docker engine answers at unix:///nonexistent/docker.sock (Socket not found: /nonexistent/docker.sock): building with this machine's go[VERSION], without a sandbox
        plan  1 task
       build  convert: [SIZE]
     publish  convert: 127.0.0.1:[PORT]/convert:1.0.0@sha256:[DIGEST]
    done: 1 built, 1 published
    ");
}

#[tokio::test]
async fn no_registry() {
    let project = project();
    for command in ["build", "deploy"] {
        let ended = project.pelato(&[command]).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(failed(&project, ended, 2), @"error: no registry is named: set REGISTRY_URL (for example localhost:5000), in the environment or in .env");
        }
    }
    let project = project.with("REGISTRY_URL", &closed());
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
        plan  1 task
    error: the registry 127.0.0.1:[PORT] does not answer: Connection refused (os error 111); check REGISTRY_URL (`registry.url` of the environment in runner.yaml) and that the registry is up and reachable from here
    ");
}

#[tokio::test]
async fn a_registry_that_refuses() {
    let registry = RealRegistry::with_password();
    let project = project().with("REGISTRY_URL", &registry.host);
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
        plan  1 task
    error: the registry 127.0.0.1:[PORT] refused the credentials for convert: tried no credentials (REGISTRY_USER is not set; [HOME]/.docker/config.json: not there); set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login 127.0.0.1:[PORT]`
    ");
    let project = project.with("REGISTRY_USER", "ci").with("REGISTRY_PASSWORD", "hunter2");
    let ended = project.pelato(&["build"]).await;
    assert!(!ended.said.contains("hunter2"));
    insta::assert_snapshot!(failed(&project, ended, 1), @"
        plan  1 task
    error: the registry 127.0.0.1:[PORT] refused the credentials for convert: tried user `ci` from REGISTRY_USER (`registry.user`); set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login 127.0.0.1:[PORT]`
    ");
    let project = project.with("REGISTRY_PASSWORD", "");
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"error: REGISTRY_USER is set for the registry 127.0.0.1:[PORT], but REGISTRY_PASSWORD is not: set both, or neither to use Docker's own credentials");
    let project = project.with("REGISTRY_PASSWORD", "correct horse");
    assert_eq!(project.pelato(&["build"]).await.code, Some(0));
}

#[tokio::test]
async fn no_nats() {
    let registry = RealRegistry::open();
    let project = project()
        .with("REGISTRY_URL", &registry.host)
        .with("PELATO_NATS_URL", &closed());
    for command in ["deploy", "remove"] {
        let ended = project.pelato(&[command]).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(failed(&project, ended, 1), @"error: NATS does not answer at nats://127.0.0.1:[PORT]: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");
        }
    }
    // What was generated stays: it is whole.
    let ended = project.pelato(&["brush"]).await;
    insta::assert_snapshot!(failed(&project, ended, 1), @"
    generate  1 task
    error: NATS does not answer at nats://127.0.0.1:[PORT]: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here
    ");
    assert_eq!(project.generated().unwrap(), ["convert"]);
}

#[tokio::test]
async fn a_dotenv_that_is_none() {
    let project = project();
    project.write(".env", "REGISTRY_URL\n");
    let ended = project.pelato(&["build"]).await;
    insta::assert_snapshot!(failed(&project, ended, 2), @"error: [THERMO]/.env: line 1 is no assignment; each line is NAME=value, a value with spaces in quotes");
}
