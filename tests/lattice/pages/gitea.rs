//! Gitea's API, as far as the pages go: a repository gets a webhook. Gitea itself is in no
//! registry that the tests reach.

use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

/// The token of a page's examples.
const TOKEN: &str = "token the-token-from-gitea";

/// It stops when it is dropped.
pub(super) struct Gitea {
    address: String,
    _serves: AbortOnDropHandle<()>,
}

impl Gitea {
    pub(super) async fn start() -> Self {
        let routes = Router::new().route("/api/v1/repos/acme/thermo/hooks", post(hook));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serves = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            address,
            _serves: AbortOnDropHandle::new(serves),
        }
    }

    /// For `api:` in `runner.yaml`.
    pub(super) fn api(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }
}

/// Answers as Gitea does: 401 for a stranger, 422 for a hook that it could not send.
async fn hook(headers: HeaderMap, Json(asked): Json<Value>) -> (StatusCode, Json<Value>) {
    let known = headers.get(header::AUTHORIZATION).is_some_and(|value| value == TOKEN);
    let text = |key: &str| asked["config"][key].as_str().unwrap_or_default();
    let can_be_sent = asked["type"] == "gitea"
        && text("url").ends_with("/webhooks/gitea")
        && text("content_type") == "json"
        && !text("secret").is_empty();
    match (known, can_be_sent) {
        (false, _) => (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "message": "token is required" })),
        ),
        (true, false) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({ "message": "Invalid hook type" })),
        ),
        (true, true) => {
            let made = json!({ "id": 1, "type": "gitea", "active": asked["active"], "events": asked["events"] });
            (StatusCode::CREATED, Json(made))
        }
    }
}
