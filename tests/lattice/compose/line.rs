//! The hub and the leaf that `docker/compose.yaml` starts, started for real: what the edge says is heard
//! in the cloud, and the edge reaches the streams.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::programs;
use tokio::process::{Child, Command};

use super::super::image::free_port;

const PATIENCE: Duration = Duration::from_secs(30);

/// A NATS server with one of the files, its addresses being of this machine and free.
fn nats(folder: &Path, file: &str, variable: (&str, String), names: &[(&str, String)]) -> Child {
    let path = Path::new(super::TOP).join("examples/continuum/nats").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let text = names.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{file} does not hold {from}");
        text.replace(from, to)
    });
    let file = folder.join(file);
    std::fs::write(&file, text).unwrap();
    Command::new(programs().unwrap().join("nats-server"))
        .arg("-c")
        .arg(file)
        .env(variable.0, variable.1)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Asks until there is an answer.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| panic!("{what}"))
}

#[tokio::test]
async fn the_edge_is_heard_in_the_cloud_and_reaches_its_streams() {
    let folder = tempfile::tempdir().unwrap();
    let [hub, hub_http, line, leaf, leaf_http] = [(); 5].map(|()| format!("127.0.0.1:{}", free_port()));
    let streams = folder.path().join("streams").display().to_string();
    let _hub = nats(
        folder.path(),
        "hub.conf",
        ("NATS_STORE", streams),
        &[
            ("0.0.0.0:4222", hub.clone()),
            ("127.0.0.1:8222", hub_http.clone()),
            ("0.0.0.0:7422", line.clone()),
        ],
    );
    let _leaf = nats(
        folder.path(),
        "leaf.conf",
        ("NATS_HUB", format!("nats-leaf://{line}")),
        &[("0.0.0.0:4222", leaf.clone()), ("127.0.0.1:8222", leaf_http.clone())],
    );
    // As the health checks ask.
    for http in [hub_http, leaf_http] {
        until("a health check", async || {
            let answer = reqwest::get(format!("http://{http}/healthz")).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }
    let cloud = async_nats::connect(&hub).await.unwrap();
    let edge = async_nats::connect(&leaf).await.unwrap();
    let mut heard = cloud.subscribe("readings").await.unwrap();
    cloud.flush().await.unwrap();
    let saying = async {
        loop {
            edge.publish("readings", "21.5".into()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = saying => {}
        message = tokio::time::timeout(PATIENCE, heard.next()) => assert_eq!(message.unwrap().unwrap().payload, "21.5"),
    }
    // What a host at the edge does with `--js-domain hub`.
    let streams = async_nats::jetstream::with_domain(edge, "hub");
    let kept = until("the hub's streams", async || {
        let config = async_nats::jetstream::kv::Config {
            bucket: "links".to_owned(),
            ..Default::default()
        };
        streams.create_key_value(config).await.ok()
    })
    .await;
    kept.put("edge", "here".into()).await.unwrap();
    let there = async_nats::jetstream::new(cloud).get_key_value("links").await.unwrap();
    assert_eq!(there.get("edge").await.unwrap().unwrap(), "here");
}
