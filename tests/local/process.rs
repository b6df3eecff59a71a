//! The process: one of each folder, of the program that asks, and no longer than
//! it is needed.

use std::time::Duration;

use futures_util::future::join_all;
use pelato::deploy::{LocalConfig, LocalHost, NatsConfig};

use crate::host::{Host, until};

fn folder() -> (tempfile::TempDir, Host) {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::of(folder.path().join("host"));
    (folder, host)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_start_one_host_and_it_ends_when_nothing_comes() {
    let (_folder, host) = folder();
    // Each looks and starts for itself, as a process of its own would.
    let all = (0..8).map(|_| {
        let client = host.client(b"");
        tokio::spawn(async move { client.publish("somewhere", b"hello").await })
    });
    for one in join_all(all).await {
        one.unwrap().unwrap();
    }
    assert_eq!(host.log().matches("the host begins").count(), 1, "{}", host.log());
    assert_eq!(mode(&host), 0o700);

    let client = host.client(b"");
    let refused = client.request("somewhere", b"?", Duration::from_secs(1)).await;
    insta::assert_snapshot!(refused.unwrap_err(), @"the local host did not ask somewhere: nobody listens on somewhere");
    let refused = client.publish("some where", b"?").await;
    insta::assert_snapshot!(refused.unwrap_err(), @"the local host did not send the message to some where: `some where` is no subject that a message can be sent to");

    // Nothing is deployed, and nobody asks any more.
    assert!(client.applications().await.unwrap().is_empty());
    host.until_gone().await;
}

fn mode(host: &Host) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(host.path()).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn its_environment_holds_nothing_of_ours() {
    let (_folder, host) = folder();
    host.client(b"").publish("somewhere", b"").await.unwrap();
    let process = host.process().unwrap().as_raw_nonzero();
    let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap();
    let environment = String::from_utf8(environment).unwrap();
    let names: Vec<&str> = environment
        .split_terminator('\0')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["PELATO_LOCAL_IDENTITY"]);
    host.client(b"").stop().await.unwrap();
    assert_eq!(host.process(), None);
}

#[tokio::test]
async fn a_host_of_another_program_is_replaced() {
    let (folder, host) = folder();
    let copy = folder.path().join("pelato");
    std::fs::copy(env!("CARGO_BIN_EXE_pelato"), &copy).unwrap();
    host.client(b"").publish("somewhere", b"").await.unwrap();
    let first = host.process();
    host.client(b"").publish("somewhere", b"").await.unwrap();
    assert_eq!(host.process(), first);
    host.client_of(copy, b"").publish("somewhere", b"").await.unwrap();
    assert_ne!(host.process(), first);
    assert_eq!(host.log().matches("the host ends").count(), 1);
}

#[tokio::test]
async fn a_deep_folder_is_no_matter() {
    let folder = tempfile::tempdir().unwrap();
    let deep = "a-folder-with-a-long-name/".repeat(6);
    let host = Host::of(folder.path().join(deep).join("host"));
    host.client(b"").publish("somewhere", b"").await.unwrap();
    assert!(host.process().is_some());
}

#[tokio::test]
async fn a_host_without_its_folder_ends() {
    let (folder, host) = folder();
    host.client(b"").publish("somewhere", b"").await.unwrap();
    let process = host.process().unwrap();
    drop(folder);
    until("the end of the host", || {
        // It is nobody's child that waits: a zombie counts as gone.
        let state = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
        state.map_or(true, |state| state.contains(") Z "))
    })
    .await;
}

#[tokio::test]
async fn a_host_that_cannot_start_says_why() {
    let (folder, host) = folder();
    let config = |program: &str, nats: Option<&str>| LocalConfig {
        folder: host.path().to_owned(),
        nats: nats.map(|url| NatsConfig {
            url: url.to_owned(),
            ..NatsConfig::default()
        }),
        sql: None,
        program: Some(program.into()),
    };
    let said = async |config: LocalConfig| {
        let fetch = std::sync::Arc::new(|_| -> futures_util::future::BoxFuture<'static, _> { unreachable!() });
        let client = LocalHost::new(config, fetch).unwrap();
        let error = client.publish("somewhere", b"").await.unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "[FOLDER]")
    };
    let pelato = env!("CARGO_BIN_EXE_pelato");
    insta::assert_snapshot!(said(config(pelato, Some("nats://127.0.0.1:1"))).await, @"the local host does not start: NATS does not answer at nats://127.0.0.1:1: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here; its log is [FOLDER]/host/host.log");
    insta::assert_snapshot!(said(config("/nonexistent/pelato", None)).await, @"the local host does not start: No such file or directory (os error 2); its log is [FOLDER]/host/host.log");
    insta::assert_snapshot!(said(config("/bin/false", None)).await, @"the local host does not start: NATS does not answer at nats://127.0.0.1:1: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here; its log is [FOLDER]/host/host.log");
}
