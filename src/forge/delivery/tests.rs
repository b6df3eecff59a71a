//! Payloads as the forges send them, and as an attacker with the secret might.

use std::fs;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Delivery, NotReadable, Push, read, repository_name};
use crate::forge::{ForgeKind, verify};

fn recorded(name: &str) -> (HeaderMap, Vec<u8>) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/gitea-deliveries");
    let mut headers = HeaderMap::new();
    for line in fs::read_to_string(format!("{folder}/{name}.headers")).unwrap().lines() {
        let (name, value) = line.split_once(':').unwrap();
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value.trim()).unwrap(),
        );
    }
    (headers, fs::read(format!("{folder}/{name}.json")).unwrap())
}

fn outcome(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Push(push) => format!("{} is at {}", push.branch, &push.commit[..7]),
        Delivery::Ignored { reason } => reason.clone(),
    }
}

#[test]
fn real_gitea_deliveries_are_verified_and_read() {
    let mut seen = String::new();
    for name in [
        "create-branch",
        "create-tag",
        "delete-branch",
        "delete-tag",
        "push-8-commits-redelivered-same-id",
        "push-8-commits-truncated-to-5",
        "push-8-commits-unsigned-hook",
        "push-branch-update",
        "push-force",
        "push-force-second-hook",
        "push-new-annotated-tag",
        "push-new-branch",
        "push-new-lightweight-tag",
        "push-tag-deleted",
        "push-test-delivery",
    ] {
        let (headers, body) = recorded(name);
        let signed = verify(ForgeKind::Gitea, &headers, &body, &["s3cr3t".into()]);
        assert_eq!(repository_name(&body).as_deref(), Some("ci/r"));
        let read = read(ForgeKind::Gitea, &headers, &body).unwrap();
        seen += &format!("{name}: {}{}\n", if signed { "" } else { "UNSIGNED " }, outcome(&read));
    }
    insta::assert_snapshot!(seen, @r"
    create-branch: create events start nothing; the push does
    create-tag: create events start nothing; the push does
    delete-branch: delete events start nothing
    delete-tag: delete events start nothing
    push-8-commits-redelivered-same-id: main is at affa917
    push-8-commits-truncated-to-5: main is at affa917
    push-8-commits-unsigned-hook: UNSIGNED main is at affa917
    push-branch-update: the head commit's message says [skip ci]
    push-force: main is at ad2bf37
    push-force-second-hook: main is at ad2bf37
    push-new-annotated-tag: refs/tags/v2 is no branch
    push-new-branch: feat is at 57d27f3
    push-new-lightweight-tag: refs/tags/v1 is no branch
    push-tag-deleted: refs/tags/v1 is no branch
    push-test-delivery: main is at 5a4fc00
    ");
}

const COMMIT: &str = "ad2bf374f6d070df2825182114d4b69d05ba9c74";

fn github(event: &'static str, body: &Value) -> Result<Delivery, NotReadable> {
    let mut headers = HeaderMap::new();
    headers.insert("x-github-event", HeaderValue::from_static(event));
    headers.insert(
        "x-github-delivery",
        HeaderValue::from_static("72d3162e-cc78-11e3-81ab-4c9367dc0958"),
    );
    read(ForgeKind::GitHub, &headers, body.to_string().as_bytes())
}

fn push() -> Value {
    json!({
        "ref": "refs/heads/main",
        "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        "after": COMMIT,
        "created": false, "deleted": false, "forced": false,
        "head_commit": { "id": COMMIT, "message": "Warm up\n\nIt was cold." },
        "commits": [],
        "repository": { "full_name": "acme/thermo", "clone_url": "file:///etc" },
    })
}

fn pushed(change: impl FnOnce(&mut Value)) -> Result<Delivery, NotReadable> {
    let mut body = push();
    change(&mut body);
    github("push", &body)
}

#[test]
fn a_github_push_is_a_new_head() {
    let delivery = github("push", &push()).unwrap();
    assert_eq!(
        delivery,
        Delivery::Push(Push {
            delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958".to_owned(),
            repository: "acme/thermo".to_owned(),
            branch: "main".to_owned(),
            commit: COMMIT.to_owned(),
            title: Some("Warm up".to_owned()),
        })
    );
}

#[test]
fn what_starts_nothing_says_why() {
    let ignored = [
        github("ping", &json!({ "zen": "Design for failure.", "repository": {} })),
        github("workflow_run", &json!({})),
        pushed(|body| body["ref"] = json!("refs/tags/v1")),
        pushed(|body| {
            body["deleted"] = json!(true);
            body["after"] = json!("0".repeat(40));
            body["head_commit"] = Value::Null;
        }),
        pushed(|body| body["after"] = json!("0".repeat(40))),
        pushed(|body| body["head_commit"]["message"] = json!("Typo [CI SKIP]")),
    ];
    let reasons: Vec<_> = ignored.into_iter().map(|read| outcome(&read.unwrap())).collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
    ping: the webhook is set up
    workflow_run events start nothing
    refs/tags/v1 is no branch
    deletes the branch main
    deletes the branch main
    the head commit's message says [skip ci]
    ");
}

#[test]
fn the_message_of_another_commit_does_not_count() {
    let read = pushed(|body| {
        body["head_commit"] = json!({ "id": "6113728", "message": "[skip ci]" });
    });
    let Ok(Delivery::Push(push)) = read else {
        panic!("{read:?}")
    };
    assert_eq!(push.title, None);
}

#[test]
fn a_field_that_cannot_be_is_refused() {
    let bad = [
        pushed(|body| body["ref"] = json!(7)),
        pushed(|body| body["ref"] = Value::Null),
        pushed(|body| body["ref"] = json!("main")),
        pushed(|body| body["ref"] = json!("refs/heads/../../etc")),
        pushed(|body| body["ref"] = json!("refs/heads/\u{1b}[2J")),
        pushed(|body| body["ref"] = json!(format!("refs/heads/{}", "x".repeat(1 << 20)))),
        pushed(|body| body["after"] = json!("HEAD")),
        pushed(|body| body["after"] = json!("--upload-pack=touch /tmp/x")),
        pushed(|body| body["after"] = json!([])),
        pushed(|body| body["head_commit"] = json!("x")),
        pushed(|body| body["repository"] = json!({ "full_name": "../../etc" })),
        pushed(|body| body["repository"] = Value::Null),
        github("push", &json!([])),
        github("push", &json!("x")),
        github("Push me", &push()),
    ];
    for (index, read) in bad.into_iter().enumerate() {
        assert!(read.is_err(), "{index}: {read:?}");
    }
}

#[test]
fn a_delivery_without_an_id_of_its_own_is_refused() {
    let mut headers = HeaderMap::new();
    headers.insert("x-github-event", HeaderValue::from_static("push"));
    let body = push().to_string();
    let read = read(ForgeKind::GitHub, &headers, body.as_bytes());
    assert_eq!(read, Err(NotReadable::Header("x-github-delivery")));
}

#[test]
fn deep_nesting_does_not_reach_the_stack() {
    let deep = "[".repeat(200_000);
    for body in [
        deep.clone(),
        format!("{{\"x\":{deep}"),
        format!("{{\"repository\":{deep}"),
        format!("{{\"repository\":{{\"full_name\":{deep}"),
        format!(
            "{{\"x\":{deep}{},\"repository\":{{\"full_name\":7}}}}",
            "]".repeat(200_000)
        ),
    ] {
        assert_eq!(repository_name(body.as_bytes()), None);
    }
}

#[test]
fn a_repository_that_is_named_twice_is_not_readable() {
    let body = br#"{"repository":{"full_name":"a/b"},"repository":{"full_name":"c/d"}}"#;
    assert_eq!(repository_name(body), None);
    assert_eq!(repository_name(b"\xff\xfe"), None);
    assert_eq!(repository_name(b""), None);
}
