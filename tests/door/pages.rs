//! Reading and acting over HTTP.

use pelato::forge::ForgeKind;
use pelato::queue::Queue;
use serde_json::json;

use super::door::{Door, plan};
use super::forge::FakeForge;
use super::push;

async fn a_run(door: &Door) -> String {
    let forge = FakeForge::start().await;
    let (_, answer) = push(&forge, ForgeKind::GitHub, "main", 'a').send(&door.url()).await;
    answer["run"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn pages_and_style_are_served_with_a_strict_policy() {
    let door = Door::open().await;
    let run = a_run(&door).await;
    door.queue.append_log(&run, "build: <b>ok</b>\n").await.unwrap();
    for (path, kind) in [
        ("/".to_owned(), "text/html; charset=utf-8"),
        (format!("/runs/{run}"), "text/html; charset=utf-8"),
        ("/style.css".to_owned(), "text/css; charset=utf-8"),
        ("/icon.svg".to_owned(), "image/svg+xml"),
        (format!("/api/runs/{run}/log"), "text/plain; charset=utf-8"),
    ] {
        let answer = reqwest::get(format!("{}{path}", door.url())).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let headers = answer.headers();
        assert_eq!(headers["content-type"], kind);
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        );
    }
    let (_, html) = door.get(&format!("/runs/{run}")).await;
    assert!(html.contains("build: &#60;b&#62;ok&#60;/b&#62;"), "{html}");
    let (status, html) = door.get("/runs/nothing").await;
    assert_eq!(status, 404);
    assert!(html.contains("there is nothing here"));
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    for after in ['a', 'b', 'c'] {
        push(&forge, ForgeKind::GitHub, "main", after).send(&door.url()).await;
    }
    let first = door.json("/api/runs?limit=2").await;
    assert_eq!(first["runs"][0]["commit"], "c".repeat(40));
    assert_eq!(first["next"], first["runs"][1]["id"]);
    let next = first["next"].as_str().unwrap();
    let second = door.json(&format!("/api/runs?limit=2&after={next}")).await;
    assert_eq!(second["runs"][0]["commit"], "a".repeat(40));
    assert_eq!(second["next"], json!(null));
    let queued = door.json("/api/runs?state=queued&repository=ci/r").await;
    assert_eq!(queued["runs"].as_array().unwrap().len(), 1);
    for bad in [
        "state=done",
        "limit=0",
        "limit=201",
        "limit=x",
        "order=asc",
        "state=queued&state=x",
    ] {
        let (status, text) = door.get(&format!("/api/runs?{bad}")).await;
        assert_eq!(status, 400, "{bad}: {text}");
    }
}

#[tokio::test]
async fn with_a_token_nothing_is_read_without_it() {
    let mut plan = plan();
    plan.settings.api_token = Some("t0k3n".into());
    let door = Door::open_with(plan).await;
    let run = a_run(&door).await;
    let client = reqwest::Client::new();
    for path in [
        "/".to_owned(),
        format!("/runs/{run}"),
        "/api/runs".to_owned(),
        format!("/api/runs/{run}"),
        format!("/api/runs/{run}/log"),
    ] {
        let url = format!("{}{path}", door.url());
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401, "{path}");
        assert!(
            answer.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Basic ")
        );
        assert!(!answer.text().await.unwrap().contains(&run));
        let wrong = client.get(&url).bearer_auth("t0k3").send().await.unwrap();
        assert_eq!(wrong.status().as_u16(), 401);
        let right = client.get(&url).bearer_auth("t0k3n").send().await.unwrap();
        assert_eq!(right.status().as_u16(), 200);
        let browser = client.get(&url).basic_auth("me", Some("t0k3n")).send().await.unwrap();
        assert_eq!(browser.status().as_u16(), 200);
    }
    assert_eq!(door.get("/healthz").await.0, 200);
    assert_eq!(door.get("/readyz").await.0, 200);
}

#[tokio::test]
async fn off_loopback_and_without_a_token_only_the_public_is_served() {
    for (public, expected) in [(false, 403), (true, 200)] {
        let mut plan = plan();
        plan.settings.loopback = false;
        plan.settings.public = public;
        let door = Door::open_with(plan).await;
        let run = a_run(&door).await;
        assert_eq!(door.get("/").await.0, expected);
        assert_eq!(door.get("/api/runs").await.0, expected);
        let cancel = format!("{}/api/runs/{run}/cancel", door.url());
        let answer = reqwest::Client::new().post(cancel).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403);
    }
}

#[tokio::test]
async fn a_run_is_cancelled_over_http_but_not_by_another_site() {
    let door = Door::open().await;
    let run = a_run(&door).await;
    let client = reqwest::Client::new();
    let cancel = format!("{}/api/runs/{run}/cancel", door.url());
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
    ] {
        let answer = client.post(&cancel).header(name, value).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{name}");
    }
    let answer = client.post(&cancel).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let json: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(json["state"], "cancelled");
    let again = client.post(&cancel).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 409);
    let unknown = format!("{}/api/runs/nothing/cancel", door.url());
    assert_eq!(client.post(unknown).send().await.unwrap().status().as_u16(), 404);
    let get = client.get(&cancel).send().await.unwrap();
    assert_eq!(get.status().as_u16(), 405);
}

#[tokio::test]
async fn a_runner_that_shuts_down_says_so() {
    let door = Door::open().await;
    assert_eq!(door.get("/healthz").await, (200, "ok\n".to_owned()));
    let (status, text) = door.get("/readyz").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(text, @r#"{"ready":true,"degraded":false,"checks":[{"name":"store","ok":true}],"platform":[]}"#);
}
