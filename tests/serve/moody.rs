//! A door before the real registry that has its days.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio_util::task::AbortOnDropHandle;

/// Answers the first uploads 503, and then nobody for a time.
pub(crate) struct Moody {
    /// `127.0.0.1:port`.
    pub(crate) host: String,
    shared: Arc<Shared>,
    _serves: AbortOnDropHandle<()>,
}

struct Shared {
    upstream: String,
    client: reqwest::Client,
    limit: Duration,
    mood: Mutex<Mood>,
}

struct Mood {
    /// So many uploads fail.
    failing: u32,
    /// Once one got through so far: when the limit is over.
    until: Option<Instant>,
    refused: u32,
}

impl Moody {
    pub(crate) async fn before(upstream: &str, failing: u32, limit: Duration) -> Self {
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            limit,
            mood: Mutex::new(Mood {
                failing,
                until: None,
                refused: 0,
            }),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serves = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            host,
            shared,
            _serves: AbortOnDropHandle::new(serves),
        }
    }

    /// How many were refused while the limit was on.
    pub(crate) fn refused(&self) -> u32 {
        self.shared.mood.lock().unwrap().refused
    }
}

impl Shared {
    fn refusal(&self, method: &Method) -> Option<Response> {
        let mut mood = self.mood.lock().unwrap();
        if method == Method::POST && mood.failing > 0 {
            mood.failing -= 1;
            return Some((StatusCode::SERVICE_UNAVAILABLE, "not well").into_response());
        }
        // What ends an upload meets the limit.
        if method == Method::PUT && mood.until.is_none() {
            mood.until = Some(Instant::now() + self.limit);
        }
        let left = mood.until?.checked_duration_since(Instant::now())?;
        mood.refused += 1;
        let seconds = left.as_secs() + 1;
        let headers = [("retry-after", seconds.to_string())];
        Some((StatusCode::TOO_MANY_REQUESTS, headers, "too many requests").into_response())
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(refusal) = shared.refusal(&parts.method) {
        return refusal;
    }
    let url = format!("http://{}{}", shared.upstream, parts.uri);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let asked = shared
        .client
        .request(parts.method, url)
        .headers(parts.headers)
        .body(body);
    let answered = asked.send().await.unwrap();
    let (status, headers) = (answered.status(), answered.headers().clone());
    let mut response = Response::new(Body::from(answered.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
