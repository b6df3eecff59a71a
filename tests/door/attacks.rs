//! Deliveries that are not what they seem. Nothing of them is stored, and the
//! runner serves the next one.

use std::collections::BTreeSet;

use pelato::forge::ForgeKind;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::door::{Door, SECRET, plan};
use super::forge::webhook::signature;
use super::forge::{FakeForge, Webhook};
use super::push;

/// Posts a body with headers of the attacker's choice: status, headers, body.
async fn post(
    door: &Door,
    path: &str,
    headers: &[(&str, String)],
    body: impl Into<reqwest::Body>,
) -> (u16, HeaderMap, String) {
    let mut request = reqwest::Client::new().post(format!("{}{path}", door.url()));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.body(body).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

/// The headers of a GitHub push, with one signature or another.
fn github(signature: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-github-event", "push".to_owned()),
        ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958".to_owned()),
    ];
    if let Some(signature) = signature {
        headers.push(("x-hub-signature-256", signature.to_owned()));
    }
    headers
}

async fn serves_the_next_one(door: &Door, stored: usize) {
    let forge = FakeForge::start().await;
    let (status, answer) = push(&forge, ForgeKind::Gitea, "main", 'f').send(&door.url()).await;
    assert_eq!(status, 202, "{answer}");
    assert_eq!(door.runs().await, stored + 1);
}

#[tokio::test]
async fn every_unverified_delivery_gets_the_same_answer() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let body = push(&forge, ForgeKind::GitHub, "main", 'a').body;
    let right = format!("sha256={}", signature(SECRET, &body));
    let mut seen = BTreeSet::new();
    let mut refused = 0;
    let mut take = |(status, headers, text): (u16, HeaderMap, String)| {
        assert_eq!(status, 401);
        let headers: Vec<_> = headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        seen.insert((headers, text));
        refused += 1;
    };
    let wrong_secret = format!("sha256={}", signature("wrong", &body));
    let empty_secret = format!("sha256={}", signature("", &body));
    let not_hex = format!("sha256={}", "g".repeat(64));
    for wrong in [
        None,
        Some(""),
        Some("sha256="),
        Some("sha256"),
        Some(&right[7..]),
        Some(&right[..70]),
        Some(&*format!("{right}0")),
        Some(&*right.replace("sha256", "sha512")),
        Some(&*wrong_secret),
        Some(&*empty_secret),
        Some(&*not_hex),
    ] {
        take(post(&door, "/webhooks/github", &github(wrong), body.clone()).await);
    }
    // The right one twice, and a sha1 that GitHub still sends.
    let mut twice = github(Some(&right));
    twice.push(("x-hub-signature-256", right.clone()));
    take(post(&door, "/webhooks/github", &twice, body.clone()).await);
    let mut sha1 = github(None);
    sha1.push((
        "x-hub-signature",
        "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59".to_owned(),
    ));
    take(post(&door, "/webhooks/github", &sha1, body.clone()).await);
    // A body that was changed after it was signed.
    let changed = String::from_utf8(body.clone()).unwrap().replace("main", "feat");
    take(post(&door, "/webhooks/github", &github(Some(&right)), changed).await);
    // A repository that nobody configured, and bodies without one.
    let bodies = [
        String::from_utf8(body).unwrap().replace("ci/r", "ci/secret"),
        "{}".to_owned(),
        String::new(),
        "\u{0}".to_owned(),
        "[".repeat(200_000),
        format!("{{\"repository\":{}", "[".repeat(200_000)),
        format!("{{\"x\":{}", "{\"x\":".repeat(50_000)),
        json!({ "repository": { "full_name": "x".repeat(900_000) } }).to_string(),
        json!({ "repository": { "full_name": ["ci/r"] } }).to_string(),
        json!({ "repository": null }).to_string(),
    ];
    for body in bodies {
        let signed = format!("sha256={}", signature(SECRET, body.as_bytes()));
        take(post(&door, "/webhooks/github", &github(Some(&signed)), body).await);
    }
    assert_eq!(refused, 24);
    assert_eq!(seen.len(), 1, "{seen:#?}");
    serves_the_next_one(&door, 0).await;
}

#[tokio::test]
async fn a_delivery_from_elsewhere_is_refused_like_a_wrong_signature() {
    let mut plan = plan();
    for hook in &mut plan.settings.repositories {
        hook.sources = vec!["192.0.2.0/24".parse().unwrap()];
    }
    let elsewhere = Door::open_with(plan.clone()).await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let right = format!("sha256={}", signature(SECRET, &webhook.body));
    let with = |forwarded: Option<&str>, signature: &str| {
        let mut headers = github(Some(signature));
        headers.extend(forwarded.map(|from| ("x-forwarded-for", from.to_owned())));
        headers
    };
    // The test comes from 127.0.0.1, and what it says of itself is not believed.
    let wrong = post(
        &elsewhere,
        "/webhooks/github",
        &with(None, "sha256="),
        webhook.body.clone(),
    )
    .await;
    for forwarded in [None, Some("192.0.2.7")] {
        let (status, _, text) = post(
            &elsewhere,
            "/webhooks/github",
            &with(forwarded, &right),
            webhook.body.clone(),
        )
        .await;
        assert_eq!((status, &text), (401, &wrong.2));
    }
    assert_eq!(elsewhere.runs().await, 0);
    // Behind a proxy that the operator named, it is.
    plan.settings.proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let behind = Door::open_with(plan).await;
    for (forwarded, expected) in [
        (None, 401),
        (Some("203.0.113.5"), 401),
        (Some("192.0.2.7, 203.0.113.5"), 401),
        (Some("nonsense"), 401),
        (Some("203.0.113.5, 192.0.2.7"), 202),
    ] {
        let (status, _, text) = post(
            &behind,
            "/webhooks/github",
            &with(forwarded, &right),
            webhook.body.clone(),
        )
        .await;
        assert_eq!(status, expected, "{forwarded:?}: {text}");
    }
}

#[tokio::test]
async fn both_secrets_count_while_one_is_rotated_and_a_third_does_not() {
    let mut plan = plan();
    for hook in &mut plan.settings.repositories {
        hook.secrets = vec!["new".into(), SECRET.into()];
    }
    let door = Door::open_with(plan).await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    for (secret, expected) in [(SECRET, 202), ("new", 200), ("older", 401), ("", 401)] {
        let signed = format!("sha256={}", signature(secret, &webhook.body));
        let (status, _, text) = post(&door, "/webhooks/github", &github(Some(&signed)), webhook.body.clone()).await;
        assert_eq!(status, expected, "{secret}: {text}");
    }
}

#[tokio::test]
async fn each_endpoint_knows_one_forge() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    // Gitea's deliveries carry GitHub's headers too, and a good `X-Hub-Signature-256`.
    let gitea = push(&forge, ForgeKind::Gitea, "main", 'a');
    let headers = gitea.headers();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let (status, _, _) = post(&door, "/webhooks/gitea", &headers, gitea.body.clone()).await;
    assert_eq!(status, 202);
    let github = push(&forge, ForgeKind::GitHub, "main", 'b');
    let headers = github.headers();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let (status, _, _) = post(&door, "/webhooks/gitea", &headers, github.body.clone()).await;
    assert_eq!(status, 401);
    // With only Gitea's own headers, GitHub's endpoint has no signature.
    let own: Vec<_> = gitea
        .headers()
        .into_iter()
        .filter(|(name, _)| name.starts_with("X-Gitea") || name == "Content-Type")
        .collect();
    let own: Vec<_> = own.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let (status, _, _) = post(&door, "/webhooks/github", &own, gitea.body).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn what_is_encoded_or_no_json_is_refused_before_anything_else() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let right = format!("sha256={}", signature(SECRET, &webhook.body));
    let with = |name: &'static str, value: &str| {
        let mut headers = github(Some(&right));
        headers.retain(|(other, _)| *other != name);
        headers.push((name, value.to_owned()));
        headers
    };
    for headers in [
        with("content-encoding", "gzip"),
        with("content-encoding", "GZIP"),
        with("content-encoding", "identity, gzip"),
        with("content-type", "application/x-www-form-urlencoded"),
        with("content-type", "text/plain"),
        with("content-type", "multipart/form-data; boundary=application/json"),
        with("content-type", ""),
    ] {
        let (status, _, text) = post(&door, "/webhooks/github", &headers, webhook.body.clone()).await;
        assert_eq!(status, 415, "{headers:?}: {text}");
    }
    for headers in [
        with("content-encoding", "identity"),
        with("content-type", "application/json; charset=utf-8"),
    ] {
        let (status, _, text) = post(&door, "/webhooks/github", &headers, webhook.body.clone()).await;
        assert!(matches!(status, 200 | 202), "{headers:?}: {text}");
    }
}

#[tokio::test]
async fn a_signed_body_is_not_believed_either() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let good: Value = serde_json::from_slice(&webhook.body).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        Webhook {
            body: body.to_string().into_bytes(),
            ..webhook.clone()
        }
    };
    let long = "x".repeat(500_000);
    let hostile: Vec<Webhook> = vec![
        changed(&|body| body["ref"] = json!(1)),
        changed(&|body| body["ref"] = Value::Null),
        changed(&|body| body["ref"] = json!("main")),
        changed(&|body| body["ref"] = json!("refs/heads/../../../etc/passwd")),
        changed(&|body| body["ref"] = json!("refs/heads/--upload-pack=x y")),
        changed(&|body| body["ref"] = json!("refs/heads/a\0b")),
        changed(&|body| body["ref"] = json!("refs/heads/\u{1b}]0;x\u{7}")),
        changed(&|body| body["ref"] = json!("refs/heads/\u{202e}niam")),
        changed(&|body| body["ref"] = json!(format!("refs/heads/{long}"))),
        changed(&|body| body["after"] = json!("HEAD")),
        changed(&|body| body["after"] = json!("-".repeat(40))),
        changed(&|body| body["after"] = json!(long)),
        changed(&|body| body["after"] = json!({ "sha": "a" })),
        changed(&|body| body["head_commit"] = json!("x")),
        changed(&|body| body["head_commit"]["message"] = json!(7)),
        changed(&|body| body["deleted"] = json!("yes")),
        changed(&|body| *body = json!({ "repository": { "full_name": "ci/r" } })),
    ];
    for (index, webhook) in hostile.into_iter().enumerate() {
        let (status, answer) = webhook.send(&door.url()).await;
        assert_eq!(status, 400, "{index}: {answer}");
        assert_eq!(
            answer,
            json!({ "error": "the delivery is not an event that can be read" })
        );
    }
    let mut no_id = webhook.clone();
    no_id.id = "x".repeat(1000);
    assert_eq!(no_id.send(&door.url()).await.0, 400);
    let mut odd_event = webhook.clone();
    odd_event.event = "push; rm".to_owned();
    assert_eq!(odd_event.send(&door.url()).await.0, 400);
    serves_the_next_one(&door, 0).await;
}

#[tokio::test]
async fn an_address_in_the_payload_is_not_even_read() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let mut webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let mut body: Value = serde_json::from_slice(&webhook.body).unwrap();
    body["repository"]["clone_url"] = json!("ext::sh -c 'touch /tmp/pwned'");
    body["repository"]["ssh_url"] = json!(["file:///etc"]);
    webhook.body = body.to_string().into_bytes();
    let (status, answer) = webhook.send(&door.url()).await;
    assert_eq!(status, 202);
    let run = door
        .json(&format!("/api/runs/{}", answer["run"].as_str().unwrap()))
        .await;
    assert!(!run.to_string().contains("ext::"));
}

#[tokio::test]
async fn a_message_is_one_clean_line_wherever_it_is_shown() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let mut webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let mut body: Value = serde_json::from_slice(&webhook.body).unwrap();
    body["head_commit"]["message"] = json!("<script>alert(1)</script>\u{1b}[2J\u{202e}\0\nsecond line");
    webhook.body = body.to_string().into_bytes();
    let (_, answer) = webhook.send(&door.url()).await;
    for path in ["/".to_owned(), format!("/runs/{}", answer["run"].as_str().unwrap())] {
        let (status, html) = door.get(&path).await;
        assert_eq!(status, 200);
        assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62;[2J"), "{html}");
        assert!(!html.contains("<script") && !html.contains("second line"));
        assert!(!html.contains(['\u{1b}', '\u{202e}', '\0']));
    }
}

#[tokio::test]
async fn a_store_that_fails_is_a_503_and_never_a_202() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    // Another process damages the database under the runner.
    let path = door.folder.path().join("pelato.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("DROP TABLE deliveries").execute(&pool).await.unwrap();
    let (status, answer) = webhook.send(&door.url()).await;
    assert_eq!(status, 503);
    assert_eq!(answer, json!({ "error": "the delivery cannot be stored now" }));
    sqlx::query("DROP TABLE logs").execute(&pool).await.unwrap();
    sqlx::query("DROP TABLE runs").execute(&pool).await.unwrap();
    sqlx::query("DROP TABLE health").execute(&pool).await.unwrap();
    let (status, text) = door.get("/api/runs").await;
    assert_eq!(
        (status, text.as_str()),
        (
            500,
            r#"{"error":"something went wrong; the runner's log has the reason"}"#
        )
    );
    let (status, text) = door.get("/").await;
    assert_eq!(status, 500);
    assert!(!text.to_lowercase().contains("sql") && !text.contains("no such table"));
    let (status, text) = door.get("/readyz").await;
    assert_eq!(status, 503);
    insta::assert_snapshot!(text, @r#"{"ready":false,"degraded":false,"checks":[{"name":"store","ok":false,"reason":"the store cannot be written; the runner's log has the reason"}],"platform":[]}"#);
}
