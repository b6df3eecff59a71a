//! A lattice that lacks something.

use lattice_harness::{Lattice, Options};

use super::{lattice, project_on};
use crate::command::{ECHO, Project, Task};
use crate::deploy::guarded_nats::GuardedNats;

fn projected(project: Project) -> Project {
    project.workflow(&[Task::processor("surrounded", &["edge"])]);
    project.write("tasks/surrounded.go", ECHO);
    project
}

/// What each command that needs the lattice says; the same of all.
async fn failed(project: &Project) -> String {
    let mut said = Vec::new();
    for command in ["deploy", "remove"] {
        let ended = project.pelato(&[command]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.said);
        said.push(ended.said);
    }
    assert_eq!(said[0], said[1]);
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.said.ends_with(&said[0]), "{}", ended.said);
    assert_eq!(project.generated().unwrap(), ["surrounded"]);
    assert!(project.left_behind().is_empty());
    said.remove(0)
}

#[tokio::test]
async fn no_wadm() {
    let options = Options {
        hosts: Vec::new(),
        wadm: false,
        ..Options::default()
    };
    let bare = Lattice::start(options).await.unwrap();
    let project = projected(project_on(&bare, "acme/surrounded"));
    insta::assert_snapshot!(failed(&project).await, @"error: wadm does not answer for the lattice `default` on NATS at nats://127.0.0.1:[PORT]; start wadm on that NATS server, or name the lattice that it serves (PELATO_LATTICE, --lattice, or `lattice` of the environment in runner.yaml)");
}

#[tokio::test]
async fn a_nats_that_refuses() {
    let lattice = lattice().await;
    let guarded = GuardedNats::start();
    let project = projected(project_on(lattice, "acme/surrounded"));
    let at = |user: &str| guarded.url.replace("nats://", &format!("nats://{user}"));
    let project = project.with("PELATO_NATS_URL", &at(""));
    insta::assert_snapshot!(failed(&project).await, @"error: NATS at nats://127.0.0.1:[PORT] answers, and refused a connection without credentials: it wants to know who we are; set PELATO_NATS_USER and PELATO_NATS_PASSWORD, PELATO_NATS_TOKEN, PELATO_NATS_NKEY or PELATO_NATS_CREDS (`nats.user` and `nats.password`, `nats.token`, `nats.nkey` or `nats.creds` of the environment in runner.yaml)");
    let project = project.with("PELATO_NATS_URL", &at("ci:hunter2@"));
    let said = failed(&project).await;
    assert!(!said.contains("hunter2"));
    insta::assert_snapshot!(said, @"error: NATS at nats://127.0.0.1:[PORT] answers, and refused user `ci`: it has no such user, or another password; check PELATO_NATS_USER and PELATO_NATS_PASSWORD (`nats.user` and `nats.password` of the environment in runner.yaml)");
    let project = project.with("PELATO_NATS_URL", &at("guest:guest@"));
    insta::assert_snapshot!(failed(&project).await, @r#"error: NATS at nats://127.0.0.1:[PORT] does not let user `guest` do that: nats: Permissions Violation for Publish to "wadm.api.default.model.list"; the account needs to publish to wadm.api.>, wasmbus.ctl.>, wasmbus.rpc.*.*.health and wasmbus.rpc.*.*.linkdefs.del, and to subscribe to wadm.status.>, wasmbus.evt.> and _INBOX.>"#);
    let project = project
        .with("PELATO_NATS_URL", &guarded.url)
        .with("PELATO_NATS_CREDS", "/nonexistent/ci.creds");
    insta::assert_snapshot!(failed(&project).await, @"error: the file /nonexistent/ci.creds named by PELATO_NATS_CREDS (`nats.creds`) cannot be used: No such file or directory (os error 2)");
}
