//! `GET /healthz` and `GET /readyz`, open to everybody.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use futures_util::future::{BoxFuture, FutureExt, join_all};
use http::StatusCode;
use serde::Serialize;
use tokio::time::timeout;

use super::state::Door;

const PATIENCE: Duration = Duration::from_secs(2);

type Look = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// One thing that must be well for the runner to work. `/readyz` shows its name
/// and its error to everybody: put nothing private into them.
pub struct Check {
    name: &'static str,
    look: Look,
}

impl Check {
    /// A check; `look` says what is wrong. It may take two seconds.
    pub fn new<F>(name: &'static str, look: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self {
            name,
            look: Box::new(move || look().boxed()),
        }
    }

    async fn report(&self) -> CheckJson {
        let found = timeout(PATIENCE, (self.look)())
            .await
            .unwrap_or_else(|_| Err("it does not answer in time".to_owned()));
        CheckJson {
            name: self.name,
            ok: found.is_ok(),
            reason: found.err(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Readiness {
    ready: bool,
    checks: Vec<CheckJson>,
}

#[derive(Serialize)]
struct CheckJson {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The process serves.
pub(super) async fn alive(State(door): State<Arc<Door>>) -> &'static str {
    match door.draining.is_cancelled() {
        false => "ok\n",
        true => "draining\n",
    }
}

/// The process can take work: the store, then what was handed in.
pub(super) async fn ready(State(door): State<Arc<Door>>) -> (StatusCode, Json<Readiness>) {
    let queue = Arc::clone(&door.queue);
    let store = Check::new("store", move || {
        let queue = Arc::clone(&queue);
        async move {
            queue.check().await.map_err(|error| {
                tracing::error!(%error, "the store cannot be written");
                "the store cannot be written; the runner's log has the reason".to_owned()
            })
        }
    });
    let mut checks = vec![store.report().await];
    checks.extend(join_all(door.checks.iter().map(Check::report)).await);
    if door.draining.is_cancelled() {
        let reason = Some("draining: the runner shuts down".to_owned());
        checks.push(CheckJson {
            name: "running",
            ok: false,
            reason,
        });
    }
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Readiness { ready, checks }))
}
