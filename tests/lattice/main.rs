//! The lattice for tests itself: it starts, answers, and leaves nothing behind.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod action;
#[path = "../answering/mod.rs"]
mod answering;
#[path = "../command/mod.rs"]
mod command;
#[path = "../component/mod.rs"]
mod component;
mod compose;
#[cfg(feature = "local")]
#[path = "../conformance/mod.rs"]
mod conformance;
mod continuum;
#[cfg(feature = "local")]
#[path = "../database/mod.rs"]
mod database;
mod deploy;
#[path = "../support/forge.rs"]
mod forge;
#[path = "../serve/git_server.rs"]
mod git_server;
mod image;
mod pages;
mod push;
mod stories;
#[cfg(feature = "local")]
#[path = "conformance.rs"]
mod wasmcloud;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use lattice_harness::{Lattice, Options, working_in};

#[tokio::test]
async fn a_lattice_starts_answers_and_leaves_nothing_behind() {
    let lattice = Lattice::start(Options::default()).await.unwrap();

    let hosts = lattice.ping().await.unwrap();
    let types: BTreeSet<_> = hosts
        .iter()
        .map(|host| host["labels"]["host-type"].as_str().unwrap())
        .collect();
    assert_eq!(types, BTreeSet::from(["cloud", "edge"]));
    let edge = lattice.inventory("edge").await.unwrap();
    assert_eq!(edge["labels"]["host-type"], "edge");
    assert_eq!(edge["components"].as_array().map(Vec::len), Some(0));

    let wadm = wadm_client::Client::new(
        lattice.name(),
        None,
        wadm_client::ClientConnectOptions {
            url: Some(lattice.nats()),
            ..Default::default()
        },
    )
    .await
    .unwrap();
    assert_eq!(wadm.list_manifests().await.unwrap().len(), 0);

    let registry = format!("http://{}/v2", lattice.registry());
    assert!(
        reqwest::get(format!("{registry}/"))
            .await
            .unwrap()
            .status()
            .is_success()
    );
    for provider in [
        lattice.messaging_provider(),
        lattice.http_provider(),
        lattice.keyvalue_provider(),
        lattice.sql_provider(),
    ] {
        let (name, tag) = provider.rsplit_once('/').unwrap().1.split_once(':').unwrap();
        let manifest = format!("{registry}/{name}/manifests/{tag}");
        let answer = reqwest::Client::new()
            .get(manifest)
            .header("accept", "application/vnd.oci.image.manifest.v1+json")
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{provider}: {}", answer.status());
    }

    start_provider(&lattice, "cloud").await;
    let folder = lattice.folder().to_owned();
    assert_eq!(working_in(&folder), 6, "NATS, registry, wadm, two hosts, a provider");
    drop(lattice);
    assert_eq!(working_in(&folder), 0);
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_killed_host_takes_its_providers_with_it_and_comes_back_with_other_labels() {
    let lattice = Lattice::start(Options {
        hosts: vec!["edge".into()],
        wadm: false,
        ..Options::default()
    })
    .await
    .unwrap();
    let home = lattice.folder().join("edge");
    assert_eq!(working_in(&home), 1);
    start_provider(&lattice, "edge").await;
    assert_eq!(working_in(&home), 2);

    lattice.kill("edge").unwrap();
    assert_eq!(lattice.ping().await.unwrap().len(), 0);
    assert_eq!(lattice.kill("edge").unwrap_err().to_string(), "edge does not run");

    let id = lattice.start_host("edge", &[("zone", "north")]).await.unwrap();
    let hosts = lattice.ping().await.unwrap();
    assert_eq!(hosts[0]["id"], *id);
    assert_eq!(hosts[0]["labels"]["zone"], "north");
    assert_eq!(working_in(&home), 1);
}

#[test]
fn tests_with_a_runtime_each_share_one_lattice() {
    let folders = [(); 2].map(|()| {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let lattice = Lattice::shared().await.unwrap();
            assert_eq!(lattice.ping().await.unwrap().len(), 2);
            lattice.folder()
        })
    });
    assert_eq!(folders[0], folders[1]);
}

/// Has a host pull the messaging provider and waits until it runs.
async fn start_provider(lattice: &Lattice, host: &str) {
    let id = lattice.host_id(host).unwrap();
    let start = serde_json::json!({
        "host_id": id,
        "provider_id": "messaging",
        "provider_ref": lattice.messaging_provider(),
    });
    let subject = format!("wasmbus.ctl.v1.{}.provider.start.{id}", lattice.name());
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let answer = nats.request(subject, start.to_string().into()).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(answer["success"], true, "{answer}");

    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let inventory = lattice.inventory(host).await.unwrap();
        if inventory["providers"][0]["id"] == "messaging" {
            break;
        }
        assert!(Instant::now() < end, "the provider does not run: {inventory}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
