//! The lattice for tests itself: it starts, answers, and leaves nothing behind.

mod deploy;

use std::collections::BTreeSet;
use std::path::Path;

use lattice_harness::{Lattice, Options};

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
    assert!(reqwest::get(format!("{registry}/")).await.unwrap().status().is_success());
    for provider in [lattice.messaging_provider(), lattice.http_provider()] {
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

    let folder = lattice.folder().to_owned();
    assert!(working_in(&folder) >= 5);
    drop(lattice);
    assert_eq!(working_in(&folder), 0);
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_killed_host_is_gone_and_comes_back_with_other_labels() {
    let lattice = Lattice::start(Options {
        hosts: vec!["edge".into()],
        wadm: false,
        ..Options::default()
    })
    .await
    .unwrap();

    lattice.kill("edge").unwrap();
    assert_eq!(lattice.ping().await.unwrap().len(), 0);
    assert_eq!(
        lattice.kill("edge").unwrap_err().to_string(),
        "edge does not run"
    );

    let id = lattice.start_host("edge", &[("zone", "north")]).await.unwrap();
    let hosts = lattice.ping().await.unwrap();
    assert_eq!(hosts[0]["id"], *id);
    assert_eq!(hosts[0]["labels"]["zone"], "north");
}

/// How many processes have their working folder in `folder`.
fn working_in(folder: &Path) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|process| std::fs::read_link(process.ok()?.path().join("cwd")).ok())
        .filter(|home| home.starts_with(folder))
        .count()
}
