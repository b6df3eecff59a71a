//! `/metrics`: who may read it, and what strangers cannot put into it.

use pelato::queue::Queue as _;
use pelato::server::Settings;

use crate::door::{Door, plan};
use crate::forge::{Push, Webhook};
use pelato::forge::ForgeKind;

fn webhook(repository: &str, secret: &str, id: &str) -> Webhook {
    let push = Push {
        repository,
        branch: "main",
        before: &"0".repeat(40),
        after: &"1".repeat(40),
        message: "Warm up",
    };
    Webhook::of(ForgeKind::GitHub, id.to_owned(), &push).signed(secret)
}

#[tokio::test]
async fn deliveries_and_runs_are_counted_and_strangers_make_no_labels() {
    let door = Door::open().await;
    for (repository, secret, id, status) in [
        ("ci/r", crate::door::SECRET, "1", 202),
        ("ci/r", crate::door::SECRET, "1", 200),
        ("ci/r", "guessed", "2", 401),
        ("somebody/else", "guessed", "3", 401),
    ] {
        let (answered, _) = webhook(repository, secret, id).send(&door.url()).await;
        assert_eq!(answered, status);
    }
    door.queue.check().await.unwrap();
    let answer = reqwest::get(format!("{}/metrics", door.url())).await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.unwrap();
    assert!(!text.contains("somebody"), "{text}");
    let mut shown: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("pelato_runs{") || line.starts_with("pelato_deliveries_total{"))
        .collect();
    shown.sort_unstable();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    pelato_deliveries_total{forge="github",status="200"} 1
    pelato_deliveries_total{forge="github",status="202"} 1
    pelato_deliveries_total{forge="github",status="401"} 2
    pelato_runs{state="cancelled"} 0
    pelato_runs{state="error"} 0
    pelato_runs{state="failure"} 0
    pelato_runs{state="queued"} 1
    pelato_runs{state="running"} 0
    pelato_runs{state="success"} 0
    pelato_runs{state="superseded"} 0
    "#);
    assert!(text.contains("\npelato_resident_memory_bytes "), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn it_is_read_like_the_api() {
    let mut closed = plan();
    closed.settings = Settings {
        api_token: Some("t0k3n".into()),
        ..closed.settings
    };
    let door = Door::open_with(closed).await;
    let (status, text) = door.get("/metrics").await;
    assert_eq!((status, text.as_str()), (401, r#"{"error":"a token is needed"}"#));
    let client = reqwest::Client::new().get(format!("{}/metrics", door.url()));
    assert_eq!(client.bearer_auth("t0k3n").send().await.unwrap().status(), 200);
}
