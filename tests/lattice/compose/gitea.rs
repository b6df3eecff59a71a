//! `docker/compose/gitea.sh` against a model of Gitea: what it asks over HTTP, and what it
//! leaves. Gitea itself is in no registry that the tests reach.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio_util::task::AbortOnDropHandle;

const PASSWORD: &str = "a1b2c3d4e5f6";

#[derive(Default)]
struct Gitea {
    user: bool,
    repository: bool,
    hooks: Vec<Value>,
    tokens: Vec<Value>,
    token: String,
}

type Shared = Arc<Mutex<Gitea>>;

/// Everything that is asked over the API, with the answers of Gitea.
async fn api(
    State(gitea): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let mut gitea = gitea.lock().unwrap();
    let sent = headers
        .get(header::AUTHORIZATION)
        .map_or("", |value| value.to_str().unwrap());
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("pelato:{PASSWORD}")));
    let known = gitea.user && (sent == basic || sent == format!("token {}", gitea.token));
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let path = uri.path().strip_prefix("/api/v1").unwrap();
    let said = match (method.as_str(), path) {
        ("GET", "/users/pelato") if sent.is_empty() && gitea.user => (200, json!({ "login": "pelato" })),
        ("GET", "/users/pelato") if sent.is_empty() => (404, json!({})),
        _ if !known => (401, json!({ "message": "invalid username, password or token" })),
        ("GET", "/user") => (200, json!({ "login": "pelato" })),
        ("POST", "/user/repos") if gitea.repository => (409, json!({ "message": "already exists" })),
        ("POST", "/user/repos") => {
            gitea.repository = body["name"] == "thermo";
            (201, json!({}))
        }
        ("GET", "/repos/pelato/thermo") if gitea.repository => (200, json!({})),
        ("GET", "/repos/pelato/thermo/hooks") => (200, json!(gitea.hooks)),
        ("POST", "/repos/pelato/thermo/hooks") => {
            gitea.hooks.push(body);
            (201, json!({}))
        }
        ("DELETE", "/users/pelato/tokens/pelato-runner") if gitea.token.is_empty() => (404, json!({})),
        ("DELETE", "/users/pelato/tokens/pelato-runner") => (204, json!({})),
        ("POST", "/users/pelato/tokens") => {
            gitea.tokens.push(body);
            gitea.token = format!("{:040x}", gitea.tokens.len());
            (201, json!({ "name": "pelato-runner", "sha1": gitea.token }))
        }
        _ => (500, json!({ "message": "the model does not know this" })),
    };
    (StatusCode::from_u16(said.0).unwrap(), Json(said.1))
}

async fn made(State(gitea): State<Shared>) -> &'static str {
    gitea.lock().unwrap().user = true;
    ""
}

/// The script, beside a program `gitea` that makes the user: whether it went well, and what
/// it said.
async fn set_up(address: &str, folder: &Path, password: &str) -> (bool, String) {
    let program = folder.join("gitea");
    let text = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\ncurl -sS --data '' http://{address}/made\n",
        folder.join("called").display()
    );
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = Path::new(super::TOP).join("docker/compose/gitea.sh");
    let ran = Command::new("bash")
        .arg(script)
        .env(
            "PATH",
            format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()),
        )
        .env("GITEA", format!("http://{address}"))
        .env("RUNNER", "http://platform-runner:8080")
        .env("GITEA_PASSWORD", password)
        .env("WEBHOOK_SECRET", "a-secret-of-the-hook")
        .env("TOKEN_FILE", folder.join("token"))
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), said)
}

#[tokio::test]
async fn gitea_is_made_ready_once_and_stays_as_it_is() {
    let gitea = Shared::default();
    let routes = Router::new()
        .route("/made", post(made))
        .route("/api/v1/{*rest}", get(api).post(api).delete(api))
        .with_state(Arc::clone(&gitea));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let _serves = AbortOnDropHandle::new(tokio::spawn(
        async move { axum::serve(listener, routes).await.unwrap() },
    ));
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Where `su` leads to another user, that one calls the program.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let token = || std::fs::read_to_string(folder.join("token")).unwrap_or_default();

    let (well, said) = set_up(&address, folder, "short").await;
    assert!(!well && said.contains("eight or more letters and digits"), "{said}");

    let (well, said) = set_up(&address, folder, PASSWORD).await;
    assert!(well, "{said}");
    {
        let gitea = gitea.lock().unwrap();
        assert_eq!(token().trim(), gitea.token);
        insta::assert_json_snapshot!(json!([gitea.repository, gitea.hooks, gitea.tokens]), @r#"
        [
          true,
          [
            {
              "active": true,
              "config": {
                "content_type": "json",
                "secret": "a-secret-of-the-hook",
                "url": "http://platform-runner:8080/webhooks/gitea"
              },
              "events": [
                "push"
              ],
              "type": "gitea"
            }
          ],
          [
            {
              "name": "pelato-runner",
              "scopes": [
                "write:repository"
              ]
            }
          ]
        ]
        "#);
    }
    let mode = std::fs::metadata(folder.join("token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "the runner is another user");

    // Once more, as each start of the platform does.
    let first = token();
    let (well, said) = set_up(&address, folder, PASSWORD).await;
    assert!(well, "{said}");
    assert_eq!(token(), first);
    {
        let gitea = gitea.lock().unwrap();
        assert_eq!((gitea.hooks.len(), gitea.tokens.len()), (1, 1));
    }
    let called = std::fs::read_to_string(folder.join("called")).unwrap();
    assert_eq!(called.lines().count(), 1, "{called}");

    // The volume with the token is gone: Gitea shows a token once, so another one is made.
    std::fs::remove_file(folder.join("token")).unwrap();
    let (well, said) = set_up(&address, folder, PASSWORD).await;
    assert!(well, "{said}");
    assert_ne!(token(), first);

    let (well, said) = set_up(&address, folder, "another0password").await;
    assert!(!well && said.contains("Gitea answers 401"), "{said}");
}
