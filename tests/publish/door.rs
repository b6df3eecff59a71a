//! A reverse proxy before the registry: it writes down what is asked, and can
//! want a token or refuse.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::task::JoinHandle;

/// `ci:correct horse`.
const BASIC: &str = "Basic Y2k6Y29ycmVjdCBob3JzZQ==";

#[derive(Clone)]
pub(crate) enum Rule {
    /// Everyone may pass.
    Pass,
    /// A Bearer token is needed; `GET /token` gives it to `ci`, for what was asked and
    /// nothing else.
    Token,
    /// What writes is answered so.
    Writes(StatusCode, &'static str),
}

struct Shared {
    upstream: String,
    rule: Rule,
    log: Mutex<Vec<String>>,
    client: reqwest::Client,
}

pub(crate) struct Door {
    /// `127.0.0.1:port`.
    pub(crate) host: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Door {
    pub(crate) async fn before(upstream: &str, rule: Rule) -> Self {
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            rule,
            log: Mutex::default(),
            client: reqwest::Client::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { host, shared, task }
    }

    /// `METHOD path` of all requests since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.log.lock().unwrap())
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(door): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    door.log.lock().unwrap().push(format!("{} {path}", parts.method));
    let shown = |expected: &str| {
        parts
            .headers
            .get("authorization")
            .is_some_and(|shown| shown == expected)
    };
    let reads = parts.method.is_safe();
    match &door.rule {
        Rule::Token if path == "/token" => {
            // Opaque to who gets it, as those of the big public registries.
            let token = hex::encode(parts.uri.query().unwrap_or_default());
            return match shown(BASIC) {
                true => format!(r#"{{"token": "{token}"}}"#).into_response(),
                false => (
                    StatusCode::UNAUTHORIZED,
                    r#"{"details": "incorrect username or password"}"#,
                )
                    .into_response(),
            };
        }
        Rule::Token if !allows(&parts.headers, &path, reads) => {
            let host = parts.headers["host"].to_str().unwrap();
            let challenge = format!(r#"Bearer realm="http://{host}/token",service="door""#);
            return (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response();
        }
        Rule::Writes(status, body) if !reads => return (*status, *body).into_response(),
        _ => {}
    }
    let url = format!("http://{}{}", door.upstream, parts.uri);
    let mut headers = parts.headers;
    headers.remove("authorization");
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let answered = door
        .client
        .request(parts.method, url)
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answered.status();
    let headers: HeaderMap = answered.headers().clone();
    let mut response = Response::new(Body::from(answered.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether the token that is shown was given for this repository, and for writing where
/// that is what is done.
fn allows(headers: &HeaderMap, path: &str, reads: bool) -> bool {
    let shown = headers.get("authorization").and_then(|shown| shown.to_str().ok());
    let token = shown.and_then(|shown| shown.strip_prefix("Bearer "));
    let Some(Ok(asked)) = token.map(hex::decode) else {
        return false;
    };
    let pairs = url::form_urlencoded::parse(&asked);
    let asked: Vec<(String, String)> = pairs.into_owned().collect();
    let of = |key: &'static str| asked.iter().filter(move |(name, _)| name == key);
    let repository = path.strip_prefix("/v2/").unwrap_or_default();
    let covers = of("scope").any(|(_, scope)| {
        let (name, actions) = scope.trim_start_matches("repository:").rsplit_once(':').unwrap();
        let wanted = if reads { "pull" } else { "push" };
        repository.starts_with(&format!("{name}/")) && actions.split(',').any(|action| action == wanted)
    });
    // The bare `/v2/` tells that a token is needed, and which.
    of("service").any(|(_, service)| service == "door") && (covers || repository.is_empty())
}
