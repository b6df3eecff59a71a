//! What no delivery told of: the runner looks at the branches by itself.

use pelato::forge::ForgeKind;
use serde_json::Value;

use crate::forge::{Push, Webhook};
use crate::process::{Mute, Place, Server, eventually};
use crate::remote::Remote;

/// A project that cannot be read.
const BROKEN: (&str, &str) = ("workflow.yaml", "tasks: [");
/// No project at all: a run of it succeeds, and builds nothing.
const PLAIN: (&str, &str) = ("README.md", "# Thermo\n");

/// A runner that looks each second.
fn place(remote: &Remote) -> Place {
    Place::of(&format!(
        "listen: 127.0.0.1:0\nbuilder: local\nreconcile: 1s\nrepositories:\n{}environments:\n  \
         production: {{ deploy: local }}\n  staging: {{ deploy: local }}\n",
        entry("ci/r", &remote.url())
    ))
}

fn entry(name: &str, url: &str) -> String {
    format!(
        "  - name: {name}\n    forge: github\n    url: {url}\n    allow_http: true\n    \
         webhook_secret: {{ env: HOOK }}\n    branches: {{ main: production, feat: staging }}\n"
    )
}

fn delivery(repository: &str, commit: &str) -> Webhook {
    let push = Push {
        repository,
        branch: "main",
        before: &"0".repeat(40),
        after: commit,
        message: "Warm up",
    };
    Webhook::of(ForgeKind::GitHub, format!("delivery-{commit}"), &push).signed("s3cr3t")
}

/// `commit: state` of the runs of a branch, in the order in which they came.
async fn runs(server: &Server, repository: &str, branch: &str) -> Vec<Value> {
    let (_, text) = server
        .get(&format!("/api/runs?repository={repository}&limit=200"))
        .await;
    let list: Value = serde_json::from_str(&text).unwrap();
    let mut runs: Vec<Value> = list["runs"].as_array().unwrap_or_else(|| panic!("{text}")).clone();
    runs.retain(|run| run["ref"] == format!("refs/heads/{branch}"));
    runs.reverse();
    runs
}

async fn told(server: &Server, branch: &str) -> Vec<(String, String)> {
    let text = |run: &Value, key: &str| run[key].as_str().unwrap().to_owned();
    let runs = runs(server, "ci/r", branch).await;
    runs.iter()
        .map(|run| (text(run, "commit"), text(run, "state")))
        .collect()
}

/// Waits until the last run of a branch is of a commit, in a state.
async fn until(server: &Server, branch: &str, commit: &str, state: &str) {
    let wanted = (commit.to_owned(), state.to_owned());
    eventually(async || told(server, branch).await.last() == Some(&wanted)).await;
}

/// Waits until a look has ended that began after this: each sees both branches.
async fn a_look_later(server: &Server, remote: &Remote) {
    for message in ["one look", "and another"] {
        let commit = remote.commit("feat", message, PLAIN.0, PLAIN.1);
        until(server, "feat", &commit, "success").await;
    }
}

#[tokio::test]
async fn a_push_that_nobody_told_of_is_run_and_a_late_delivery_is_that_run() {
    let remote = Remote::empty();
    let first = remote.commit("main", "First\n\nwith more", PLAIN.0, PLAIN.1);
    let place = place(&remote);
    let server = place.serve(&[]).await;
    // What was there before the runner was.
    until(&server, "main", &first, "success").await;
    let second = remote.commit("main", "Second", PLAIN.0, "more");
    until(&server, "main", &second, "success").await;
    let run = runs(&server, "ci/r", "main").await[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, log) = server.get(&format!("/api/runs/{run}/log")).await;
    assert!(log.starts_with("no delivery told of this head"), "{log}");
    let (_, page) = server.get(&format!("/runs/{run}")).await;
    assert!(page.contains("Second"), "{page}");

    let (status, answer) = delivery("ci/r", &second).send(&server.url).await;
    assert_eq!((status, answer["duplicate"].as_str()), (200, Some(run.as_str())));
}

#[tokio::test]
async fn a_head_is_run_once_however_it_ended_and_again_when_it_comes_back() {
    let remote = Remote::empty();
    let place = place(&remote);
    let server = place.serve(&[]).await;
    let broken = remote.commit("main", "Broken", BROKEN.0, BROKEN.1);
    until(&server, "main", &broken, "failure").await;
    a_look_later(&server, &remote).await;
    assert_eq!(told(&server, "main").await.len(), 1, "it stays failed");

    let good = remote.commit("main", "Good", PLAIN.0, PLAIN.1);
    until(&server, "main", &good, "success").await;
    a_look_later(&server, &remote).await;
    assert_eq!(told(&server, "main").await.len(), 2, "it was run");

    // A → B → A, both without a delivery.
    remote.point("main", &broken);
    until(&server, "main", &broken, "failure").await;
    remote.point("main", &good);
    until(&server, "main", &good, "success").await;
    assert_eq!(told(&server, "main").await.len(), 4);

    // Another start knows all of that.
    server.kill().await;
    let server = place.serve(&[]).await;
    a_look_later(&server, &remote).await;
    assert_eq!(told(&server, "main").await.len(), 4);
}

#[tokio::test]
async fn what_was_pushed_while_the_runner_was_down_is_run_at_its_next_start() {
    let remote = Remote::empty();
    let place = place(&remote);
    let server = place.serve(&[]).await;
    let first = remote.commit("main", "First", PLAIN.0, PLAIN.1);
    until(&server, "main", &first, "success").await;
    server.kill().await;
    let second = remote.commit("main", "Second", PLAIN.0, PLAIN.1);
    let server = place.serve(&[]).await;
    until(&server, "main", &second, "success").await;
    assert_eq!(told(&server, "main").await.len(), 2);
}

#[tokio::test]
async fn a_head_that_asks_to_be_skipped_is_skipped_with_and_without_a_delivery() {
    let remote = Remote::empty();
    let place = place(&remote);
    let server = place.serve(&[]).await;
    remote.commit("main", "Words only [skip ci]", PLAIN.0, PLAIN.1);
    a_look_later(&server, &remote).await;
    server.kill().await;
    let server = place.serve(&[]).await;
    a_look_later(&server, &remote).await;
    assert!(told(&server, "main").await.is_empty());
    // The next one is no longer of that kind.
    let next = remote.commit("main", "More than words", PLAIN.0, PLAIN.1);
    until(&server, "main", &next, "success").await;
}

#[tokio::test]
async fn what_found_no_room_is_found_later_and_a_silent_remote_keeps_nobody_waiting() {
    let mute = Mute::start().await;
    let remote = Remote::empty();
    let place = Place::of(&format!(
        "listen: 127.0.0.1:0\nbuilder: local\nreconcile: 1s\nlimits: {{ queue: 1 }}\nrepositories:\n{}{}\
         environments:\n  production: {{ deploy: local }}\n  staging: {{ deploy: local }}\n",
        entry("ci/r", &mute.url),
        entry("ci/there", &remote.url()),
    ));
    let server = place.serve(&[]).await;
    // One run hangs, and another one waits behind it: the queue is full.
    let hangs = server.push(1).await;
    server.until(&hangs, "running").await;
    let waits = server.push(2).await;
    let commit = remote.commit("main", "Missed", PLAIN.0, PLAIN.1);
    let (status, answer) = delivery("ci/there", &commit).send(&server.url).await;
    let there = runs(&server, "ci/r", "main").await;
    assert_eq!(status, 503, "{answer} {there:#?}");
    assert!(runs(&server, "ci/there", "main").await.is_empty());

    // There is room again, and no forge sends it once more.
    let cancel = format!("{}/api/runs/{waits}/cancel", server.url);
    assert_eq!(reqwest::Client::new().post(cancel).send().await.unwrap().status(), 200);
    eventually(async || {
        let runs = runs(&server, "ci/there", "main").await;
        runs.len() == 1 && runs[0]["commit"] == commit && runs[0]["state"] == "success"
    })
    .await;
}
