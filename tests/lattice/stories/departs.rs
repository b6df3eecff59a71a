//! An application that somebody deletes in wadm, with a runner that heals.

use std::time::{Duration, Instant};

use pelato::forge::ForgeKind;
use serde_json::Value;

use super::{lattice, left_of};
use crate::forge::FakeForge;
use crate::push::repository::Repository;
use crate::push::runner::Runner;

const WORKFLOW: &str = "\
project_name: Kept
tasks:
  - name: Kept
    type: processor_nats
    code: kept.go
    targets: [edge]
    source_topic: kept.in
    dest_topic: kept.out
    component_name: kept
    version: 1.0.0
";

async fn runs(runner: &Runner) -> Vec<Value> {
    let list = reqwest::get(format!("{}/api/runs", runner.url())).await.unwrap();
    let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
    let mut runs = list["runs"].as_array().unwrap().clone();
    runs.reverse();
    runs
}

async fn until_runs(runner: &Runner, states: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let runs = runs(runner).await;
        let now: Vec<&str> = runs.iter().map(|run| run["state"].as_str().unwrap()).collect();
        if now == states {
            return;
        }
        assert!(Instant::now() < deadline, "{runs:#?}\n{}", runner.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_application_that_is_deleted_in_wadm_comes_back() {
    let lattice = lattice().await;
    let forge = FakeForge::start().await;
    let repository = Repository::empty(0);
    repository.write("workflow.yaml", WORKFLOW);
    repository.write("tasks/kept.go", crate::command::ECHO);
    let config = format!(
        "\
listen: 127.0.0.1:0
builder: local
reconcile: 1s
repositories:
  - name: acme/kept
    forge: gitea
    url: file://{url}
    api: {api}
    webhook_secret: {{ env: KEPT_SECRET }}
    branches: {{ main: kept }}
environments:
  kept:
    registry: {{ url: {registry}/acme }}
    nats: {{ url: {nats} }}
    lattice: {name}
    providers: builtin
    heal: true
",
        url = repository.bare().display(),
        api = forge.api(ForgeKind::Gitea),
        registry = lattice.registry(),
        nats = lattice.nats(),
        name = lattice.name(),
    );
    // No delivery tells of the push either.
    let runner = Runner::start(&config, &[("KEPT_SECRET", "s3cr3t")]).await;
    repository.push("first");
    until_runs(&runner, &["success"]).await;
    let before = left_of(lattice, "kept").await;
    assert!(before.contains(&"kept-edge".to_owned()), "{before:?}");

    let options = wadm_client::ClientConnectOptions {
        url: Some(lattice.nats()),
        ..Default::default()
    };
    let wadm = wadm_client::Client::new(lattice.name(), None, options).await.unwrap();
    wadm.undeploy_manifest("kept-edge").await.unwrap();
    wadm.delete_manifest("kept-edge", None).await.unwrap();
    until_runs(&runner, &["success", "success"]).await;
    assert_eq!(left_of(lattice, "kept").await, before, "it runs as it did");
    let heal = &runs(&runner).await[1];
    let log = format!("{}/api/runs/{}/log", runner.url(), heal["id"].as_str().unwrap());
    let log = reqwest::get(log).await.unwrap().text().await.unwrap();
    assert!(
        log.starts_with("heal, attempt 1 of 3: what is deployed departs from this commit: kept: "),
        "{log}"
    );
    assert_eq!(runner.stop().await, Some(0));
    wadm.undeploy_manifest("kept-edge").await.unwrap();
    wadm.delete_manifest("kept-edge", None).await.unwrap();
}
