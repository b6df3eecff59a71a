//! Deliveries that are as they should be.

use std::fs;

use pelato::forge::ForgeKind;
use pelato::queue::{Queue, RunEnd, RunState};
use serde_json::{Value, json};

use super::door::{Door, plan};
use super::forge::FakeForge;
use super::push;

/// Sends a recorded delivery of a real Gitea with all of its headers.
async fn send_recorded(door: &Door, name: &str) -> (u16, Value) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/gitea-deliveries");
    let mut request = reqwest::Client::new().post(format!("{}/webhooks/gitea", door.url()));
    for line in fs::read_to_string(format!("{folder}/{name}.headers")).unwrap().lines() {
        let (name, value) = line.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    let body = fs::read(format!("{folder}/{name}.json")).unwrap();
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn what_a_real_gitea_sends_is_answered_as_designed() {
    let door = Door::open().await;
    let mut seen = String::new();
    // In the order in which they were sent.
    for name in [
        "push-test-delivery",
        "push-8-commits-truncated-to-5",
        "push-8-commits-redelivered-same-id",
        "push-8-commits-unsigned-hook",
        "create-branch",
        "push-new-branch",
        "push-branch-update",
        "create-tag",
        "push-new-lightweight-tag",
        "push-new-annotated-tag",
        "push-force",
        "push-force-second-hook",
        "push-tag-deleted",
        "delete-tag",
        "delete-branch",
    ] {
        let (status, mut answer) = send_recorded(&door, name).await;
        for key in ["run", "duplicate"] {
            if let Some(id) = answer.get_mut(key) {
                assert!(door.queue.run(id.as_str().unwrap()).await.unwrap().is_some());
                *id = json!("ID");
            }
        }
        seen += &format!("{name}: {status} {answer}\n");
    }
    insta::assert_snapshot!(seen, @r#"
    push-test-delivery: 202 {"run":"ID"}
    push-8-commits-truncated-to-5: 202 {"run":"ID"}
    push-8-commits-redelivered-same-id: 200 {"duplicate":"ID"}
    push-8-commits-unsigned-hook: 401 {"error":"the delivery could not be verified"}
    create-branch: 200 {"ignored":"create events start nothing; the push does"}
    push-new-branch: 202 {"run":"ID"}
    push-branch-update: 200 {"ignored":"the head commit's message says [skip ci]"}
    create-tag: 200 {"ignored":"create events start nothing; the push does"}
    push-new-lightweight-tag: 200 {"ignored":"refs/tags/v1 is no branch"}
    push-new-annotated-tag: 200 {"ignored":"refs/tags/v2 is no branch"}
    push-force: 202 {"run":"ID"}
    push-force-second-hook: 200 {"duplicate":"ID"}
    push-tag-deleted: 200 {"ignored":"refs/tags/v1 is no branch"}
    delete-tag: 200 {"ignored":"delete events start nothing"}
    delete-branch: 200 {"ignored":"delete events start nothing"}
    "#);
    let runs = door.json("/api/runs?repository=ci/r").await;
    let states: Vec<_> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| format!("{} {}", run["ref"].as_str().unwrap(), run["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [
            "refs/heads/main queued",
            "refs/heads/feat queued",
            "refs/heads/main superseded",
            "refs/heads/main superseded",
        ]
    );
}

#[tokio::test]
async fn a_run_over_http_has_the_documented_shape() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let (status, answer) = push(&forge, ForgeKind::GitHub, "main", 'a').send(&door.url()).await;
    assert_eq!(status, 202, "{answer}");
    let id = answer["run"].as_str().unwrap();
    let mut run = door.json(&format!("/api/runs/{id}")).await;
    let created = run["created_at"].as_str().unwrap().to_owned();
    assert!(created.ends_with('Z') && created.contains('T'), "{created}");
    run["created_at"] = Value::Null;
    assert_eq!(
        run,
        json!({
            "id": id,
            "repository": "ci/r",
            "ref": "refs/heads/main",
            "commit": "a".repeat(40),
            "environment": "production",
            "state": "queued",
            "reason": null,
            "tasks": [],
            "created_at": null,
            "not_before": null,
            "finished_at": null,
        })
    );
    assert_eq!(door.get(&format!("/api/runs/{id}/log")).await, (200, String::new()));
    let (status, _) = door.get("/api/runs/nothing").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn from_a_to_b_and_back_a_runs_again() {
    let forge = FakeForge::start().await;
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea] {
        let door = Door::open().await;
        for after in ['a', 'b', 'a'] {
            let webhook = push(&forge, kind, "main", after);
            let (status, answer) = webhook.send(&door.url()).await;
            assert_eq!(status, 202, "{answer}");
            // The forge sends it once more under the same id, a second hook under its own.
            let again = webhook.send(&door.url()).await;
            assert_eq!(again, (200, json!({ "duplicate": answer["run"] })));
            let second = webhook.clone().under_another_id(&format!("{}-2", webhook.id));
            assert_eq!(second.send(&door.url()).await, again);

            let job = door.queue.lease("one").await.unwrap().unwrap();
            assert_eq!(job.run.commit, super::commit(after));
            let end = RunEnd {
                state: RunState::Success,
                reason: None,
                tasks: Vec::new(),
            };
            door.queue.finish(&job.lease, &end).await.unwrap();
            assert_eq!(second.send(&door.url()).await, again);
        }
        assert_eq!(door.runs().await, 3);
    }
}

#[tokio::test]
async fn what_was_answered_202_is_there_after_a_restart() {
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::Gitea, "main", 'a');
    let before = Door::open().await;
    let (_, answer) = webhook.send(&before.url()).await;
    // As a kill would: nothing is told to stop.
    before.server.abort();
    let folder = before.folder;
    let after = Door::open_on(folder, plan()).await;
    assert_eq!(
        webhook.send(&after.url()).await,
        (200, json!({ "duplicate": answer["run"] }))
    );
    let job = after.queue.lease("one").await.unwrap().unwrap();
    assert_eq!(job.run.id, answer["run"].as_str().unwrap());
}

#[tokio::test]
async fn what_starts_nothing_says_why() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let other = push(&forge, ForgeKind::GitHub, "docs/typo", 'a')
        .send(&door.url())
        .await;
    let mut ping = push(&forge, ForgeKind::GitHub, "main", 'a');
    ping.event = "ping".to_owned();
    let deleted = push(&forge, ForgeKind::GitHub, "main", '0');
    let seen = [other, ping.send(&door.url()).await, deleted.send(&door.url()).await]
        .map(|(status, answer)| format!("{status} {answer}"))
        .join("\n");
    insta::assert_snapshot!(seen, @r#"
    200 {"ignored":"the branch docs/typo has no environment"}
    200 {"ignored":"ping: the webhook is set up"}
    200 {"ignored":"deletes the branch main"}
    "#);
    assert_eq!(door.runs().await, 0);
}

#[tokio::test]
async fn a_secret_can_be_rotated() {
    let mut plan = plan();
    for hook in &mut plan.settings.repositories {
        hook.secrets = vec!["new".into(), "old".into()];
    }
    let door = Door::open_with(plan).await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    for (secret, expected) in [("old", 202), ("new", 200), ("older", 401)] {
        let (status, _) = webhook.clone().signed(secret).send(&door.url()).await;
        assert_eq!(status, expected, "{secret}");
    }
}

#[tokio::test]
async fn an_unsigned_hook_is_taken_only_where_it_is_allowed() {
    let forge = FakeForge::start().await;
    let mut unsigned = push(&forge, ForgeKind::Gitea, "main", 'a');
    unsigned.secret = None;
    let strict = Door::open().await;
    assert_eq!(unsigned.send(&strict.url()).await.0, 401);
    let mut plan = plan();
    plan.settings.repositories[1].insecure_unsigned = true;
    let open = Door::open_with(plan).await;
    assert_eq!(unsigned.send(&open.url()).await.0, 202);
}

#[tokio::test]
async fn the_name_is_matched_as_forges_match_it() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let mut webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    webhook.body = String::from_utf8(webhook.body)
        .unwrap()
        .replace("ci/r", "CI/R")
        .into_bytes();
    assert_eq!(webhook.send(&door.url()).await.0, 202);
    assert_eq!(door.json("/api/runs").await["runs"][0]["repository"], "ci/r");
}

#[tokio::test]
async fn a_burst_is_stored_whole_and_past_the_bound_refused() {
    let mut plan = plan();
    plan.limits.queued = 40;
    let branches = (0..60)
        .map(|index| (format!("b{index}"), format!("e{index}")))
        .collect();
    plan.settings.repositories[0].branches = branches;
    let door = Door::open_with(plan).await;
    let forge = FakeForge::start().await;
    let url = door.url();
    let answers = futures_util::future::join_all((0..60).map(|index| {
        let webhook = push(&forge, ForgeKind::GitHub, &format!("b{index}"), 'a');
        let url = url.clone();
        async move { webhook.send(&url).await.0 }
    }))
    .await;
    let stored = answers.iter().filter(|status| **status == 202).count();
    let refused = answers.iter().filter(|status| **status == 503).count();
    assert_eq!((stored, refused), (40, 20));
    assert_eq!(door.runs().await, 40);
}
