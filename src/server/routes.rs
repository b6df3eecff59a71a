//! Which address is served by what.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, header};
use tokio_util::sync::CancellationToken;

use super::answer::Problem;
use super::state::Door;
use super::{Check, Settings, SettingsError, figures, health, pages, runs, webhook};
use crate::queue::Queue;

/// The runner's routes. `checks` are the parts of the platform that `/readyz` shows;
/// `draining` is cancelled once the runner shuts down.
///
/// Errors when the settings are unsafe.
pub fn router(
    settings: Settings,
    queue: Arc<dyn Queue>,
    checks: Vec<Check>,
    draining: CancellationToken,
) -> Result<Router, SettingsError> {
    settings.validate()?;
    let door = Arc::new(Door::new(settings, queue, checks, draining));
    Ok(Router::new()
        .route("/webhooks/github", post(webhook::github))
        .route("/webhooks/gitea", post(webhook::gitea))
        .route("/", get(pages::runs))
        .route("/runs/{id}", get(pages::run))
        .route("/style.css", get(pages::style))
        .route("/icon.svg", get(pages::icon))
        .route("/api/runs", get(runs::list))
        .route("/api/runs/{id}", get(runs::one))
        .route("/api/runs/{id}/log", get(runs::log))
        .route("/api/runs/{id}/cancel", post(runs::cancel))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(figures::show))
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || http::StatusCode::METHOD_NOT_ALLOWED)
        .layer(from_fn(guard_browsers))
        .with_state(door))
}

/// Headers that keep a browser from doing with an answer what it is not meant for.
async fn guard_browsers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let headers: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
