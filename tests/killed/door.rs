//! A reverse proxy in front of a part, which can hold an answer.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::StreamExt as _;
use tokio_util::task::AbortOnDropHandle;

use crate::gate::{Gate, When};

struct Shared {
    name: &'static str,
    upstream: String,
    gate: Gate,
    client: reqwest::Client,
}

/// The door. It closes when it is dropped.
pub(crate) struct Door {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    _task: AbortOnDropHandle<()>,
}

impl Door {
    /// In front of `upstream`, `127.0.0.1:port`.
    pub(crate) async fn before(name: &'static str, upstream: &str, gate: &Gate) -> Self {
        let shared = Arc::new(Shared {
            name,
            upstream: upstream.to_owned(),
            gate: gate.clone(),
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        });
        let router = Router::new().fallback(answer).with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            _task: AbortOnDropHandle::new(task),
        }
    }
}

/// What a request is called: a status by its context and state, all else by its path.
fn called(name: &str, method: &http::Method, path: &str, body: &[u8]) -> String {
    let status: serde_json::Value = match path.contains("/statuses/") {
        true => serde_json::from_slice(body).unwrap_or_default(),
        false => serde_json::Value::Null,
    };
    match status["context"].as_str() {
        Some(context) => format!("{name} {context}: {}", status["state"].as_str().unwrap_or_default()),
        None => format!("{name} {method} {path}"),
    }
}

async fn answer(State(door): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let asked = called(door.name, &parts.method, parts.uri.path(), &body);
    door.gate.pass(When::Asked, &asked).await;
    let url = format!("http://{}{}", door.upstream, parts.uri);
    let sent = door.client.request(parts.method, url).headers(parts.headers).body(body);
    let Ok(answered) = sent.send().await else {
        return refused(502);
    };
    let mut response = Response::builder().status(answered.status());
    for (name, value) in answered.headers() {
        response = response.header(name, value);
    }
    let Ok(bytes) = answered.bytes().await else {
        return refused(502);
    };
    door.gate.pass(When::Done, &asked).await;
    if !door.gate.cuts(&asked) {
        return response.body(Body::from(bytes)).unwrap();
    }
    let (first, rest) = (bytes.slice(..bytes.len() / 2), bytes.slice(bytes.len() / 2..));
    let first = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(first) });
    let rest = futures_util::stream::once(async move {
        door.gate.pass(When::Half, &asked).await;
        Ok(rest)
    });
    response.body(Body::from_stream(first.chain(rest))).unwrap()
}

fn refused(status: u16) -> Response {
    Response::builder().status(status).body(Body::empty()).unwrap()
}
