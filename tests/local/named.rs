//! A registry and a NATS that are named are used, and the host gets no credentials
//! that it does not need.

#[path = "../lattice/deploy/guarded_nats.rs"]
pub(crate) mod guarded_nats;
#[allow(dead_code, reason = "each test takes what it needs")]
#[path = "../publish/registry.rs"]
pub(crate) mod registry;

use std::sync::Arc;

use async_nats::ConnectOptions;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use pelato::deploy::{LocalConfig, LocalHost, NatsConfig};

use self::guarded_nats::GuardedNats;
use self::registry::RealRegistry;
use crate::command::{ECHO, Project, Task};
use crate::host::{Host, free_address, post};

#[tokio::test]
async fn what_was_published_to_a_registry_runs_here() {
    let registry = RealRegistry::with_password();
    let project = Project::of("acme/thermo");
    let state = project.path().with_file_name("state");
    let project = project
        .with("PELATO_STATE", &state.display().to_string())
        .with("REGISTRY_URL", &registry.host)
        .with("REGISTRY_USER", "ci")
        .with("REGISTRY_PASSWORD", "correct horse");
    let host = Host::below(&state, "default");
    let address = free_address();
    project.write("tasks/echo.go", ECHO);
    project.workflow(&[Task::http("echo", &["edge"], &address)]);

    let ended = project.pelato(&["build", "--deploy", "local"]).await;
    insta::assert_snapshot!(ended.said, @"
        plan  1 task
       build  echo: [SIZE]
     publish  echo: 127.0.0.1:[PORT]/echo:1.0.0@sha256:[DIGEST]
    done: 1 built, 1 published
    ");
    assert!(!state.exists(), "nothing is kept here, and nothing runs");
    let ended = project.pelato(&["deploy", "--deploy", "local"]).await;
    insta::assert_snapshot!(ended.said, @"
        plan  echo: new: first deployment in default
        plan  1 of 1 task affected
      deploy  echo: | echo-edge: 1.0.0-[DIGEST]
      deploy  echo: edge running at 127.0.0.1:[PORT]
    done: 1 deployed
    ");
    assert_eq!(post(&address, "hello").await.unwrap(), "hello");
    assert!(!state.join("artifacts").exists());
    let process = host.process().unwrap().as_raw_nonzero();
    let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("horse"));
    assert_eq!(project.pelato(&["remove", "--deploy", "local"]).await.code, Some(0));
    host.until_gone().await;
}

#[tokio::test]
async fn a_host_talks_over_the_nats_that_is_named() {
    let nats = GuardedNats::start();
    let folder = tempfile::tempdir().unwrap();
    let host = Host::of(folder.path().join("host"));
    let config = LocalConfig {
        folder: host.path().to_owned(),
        nats: Some(NatsConfig {
            url: nats.url.clone(),
            user: Some("ci".into()),
            password: Some("correct horse".into()),
            ..NatsConfig::default()
        }),
        sql: None,
        program: Some(env!("CARGO_BIN_EXE_pelato").into()),
    };
    let fetch = Arc::new(|_| -> BoxFuture<'static, _> { unreachable!() });
    let client = LocalHost::new(config, fetch).unwrap();
    let options = ConnectOptions::with_user_and_password("ci".into(), "correct horse".into());
    let outside = options.connect(&nats.url).await.unwrap();
    let mut heard = outside.subscribe("kelvin").await.unwrap();
    outside.flush().await.unwrap();
    client.publish("kelvin", b"298").await.unwrap();
    assert_eq!(heard.next().await.unwrap().payload, "298");

    // Another host than one with a bus of its own: it takes its place.
    let process = host.process();
    host.client(b"").publish("kelvin", b"299").await.unwrap();
    assert_ne!(host.process(), process);
    client.publish("kelvin", b"300").await.unwrap();
    assert_eq!(heard.next().await.unwrap().payload, "300");
}
