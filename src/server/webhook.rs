//! `POST /webhooks/github` and `POST /webhooks/gitea`.
//!
//! In this order, so that a stranger learns nothing: 413 and 415, 401, 400, and
//! then 200, 202 or 503.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::answer::Problem;
use super::body;
use super::sender::{Peer, sender};
use super::settings::Hook;
use super::state::Door;
use crate::forge::{self, Delivery, ForgeKind, Push};
use crate::queue::{Accepted, NewRun};

type From = Option<Extension<Peer>>;

pub(super) async fn github(door: State<Arc<Door>>, from: From, headers: HeaderMap, body: Body) -> Response {
    answer(ForgeKind::GitHub, door, from, headers, body).await
}

pub(super) async fn gitea(door: State<Arc<Door>>, from: From, headers: HeaderMap, body: Body) -> Response {
    answer(ForgeKind::Gitea, door, from, headers, body).await
}

async fn answer(
    forge: ForgeKind,
    State(door): State<Arc<Door>>,
    from: From,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let from = from.and_then(|Extension(Peer(peer))| sender(peer, &headers, &door.settings.proxies));
    let taken = take(forge, &door, from, headers, body).await;
    let status = taken
        .as_ref()
        .map_or_else(|problem| problem.status(), |(status, _)| *status);
    door.settings.figures.delivered(forge.as_str(), status.as_u16());
    match taken {
        Ok((status, answer)) => (status, Json(answer)).into_response(),
        Err(problem) => {
            tracing::info!(%forge, status = problem.status().as_u16(), "a delivery was refused");
            problem.into_response()
        }
    }
}

async fn take(
    forge: ForgeKind,
    door: &Arc<Door>,
    from: Option<IpAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Value), Problem> {
    body::refuse_encoded(&headers)?;
    let held = body::read(door, &headers, body).await?;
    let (hook, delivery) = read(forge, door, from, headers, held.bytes.clone()).await?;
    let push = match delivery {
        Delivery::Push(push) => push,
        Delivery::Ignored { reason } => return Ok(ignored(&reason)),
    };
    let Some(environment) = hook.branches.get(&push.branch) else {
        return Ok(ignored(&format!("the branch {} has no environment", push.branch)));
    };
    store(door, &hook, environment, push).await
}

/// Verifies and reads; a large body, which takes some tens of milliseconds, away from the
/// threads that serve.
async fn read(
    forge: ForgeKind,
    door: &Arc<Door>,
    from: Option<IpAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(Hook, Delivery), Problem> {
    if body.len() <= body::SMALL {
        return judge(forge, door, from, &headers, &body);
    }
    let door = Arc::clone(door);
    spawn_blocking(move || judge(forge, &door, from, &headers, &body))
        .await
        .map_err(|error| {
            tracing::error!(%error, "reading a delivery failed");
            Problem::Internal
        })?
}

fn judge(
    forge: ForgeKind,
    door: &Door,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Hook, Delivery), Problem> {
    let hook = forge::repository_name(body).and_then(|repository| door.settings.hook(forge, &repository));
    let secrets = hook.map_or(&[][..], |hook| hook.secrets.as_slice());
    let signed = forge::verify(forge, headers, body, secrets);
    let hook = match hook {
        // Looked at last, so that a stranger's address costs what a wrong secret costs.
        Some(hook) if (signed || hook.insecure_unsigned) && hook.takes_from(from) => hook,
        _ => return Err(Problem::Unverified),
    };
    let delivery = forge::read(forge, headers, body).map_err(|error| {
        tracing::warn!(%forge, repository = hook.name, %error, "a signed delivery is not readable");
        Problem::NotReadable
    })?;
    Ok((hook.clone(), delivery))
}

async fn store(door: &Door, hook: &Hook, environment: &str, push: Push) -> Result<(StatusCode, Value), Problem> {
    let delivery = push.delivery.clone();
    let accepted = door
        .queue
        .accept(NewRun {
            forge: hook.forge.as_str().to_owned(),
            // As it is configured, whatever case the forge writes it in.
            repository: hook.name.clone(),
            delivery: Some(push.delivery),
            branch: push.branch,
            commit: push.commit,
            environment: environment.to_owned(),
            title: push.title,
        })
        .await
        .map_err(|error| {
            tracing::error!(%error, repository = hook.name, delivery, "a delivery is not stored");
            Problem::NotStored
        })?;
    match accepted {
        Accepted::New(run) => {
            tracing::info!(run, repository = hook.name, delivery, "a run is queued");
            Ok((StatusCode::ACCEPTED, json!({ "run": run })))
        }
        Accepted::Duplicate(run) => Ok((StatusCode::OK, json!({ "duplicate": run }))),
        Accepted::Full => {
            tracing::warn!(repository = hook.name, delivery, "too many runs wait");
            Err(Problem::NotStored)
        }
    }
}

fn ignored(reason: &str) -> (StatusCode, Value) {
    (StatusCode::OK, json!({ "ignored": reason }))
}
