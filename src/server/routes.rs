//! Which address is served by what.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{HeaderName, HeaderValue, header};
use tokio_util::sync::CancellationToken;

use super::answer::Problem;
use super::state::Door;
use super::{Check, Settings, SettingsError, figures, health, pages, runs, webhook};
use crate::queue::Queue;

/// A route, as the documentation lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`; what is read answers `HEAD` too.
    pub method: &'static str,
    /// With the names of what varies: `/runs/{id}`.
    pub path: &'static str,
    /// What it is for.
    pub does: &'static str,
}

/// A route, and who answers.
struct Served {
    route: Route,
    by: MethodRouter<Arc<Door>>,
}

fn read<H: Handler<T, Arc<Door>>, T: 'static>(path: &'static str, does: &'static str, handler: H) -> Served {
    let method = "GET";
    Served {
        route: Route { method, path, does },
        by: get(handler),
    }
}

fn act<H: Handler<T, Arc<Door>>, T: 'static>(path: &'static str, does: &'static str, handler: H) -> Served {
    let method = "POST";
    Served {
        route: Route { method, path, does },
        by: post(handler),
    }
}

fn served() -> [Served; 13] {
    [
        act("/webhooks/github", "takes GitHub's deliveries", webhook::github),
        act(
            "/webhooks/gitea",
            "takes Gitea's and Forgejo's deliveries",
            webhook::gitea,
        ),
        read(
            "/",
            "the page of all runs; the query is that of `/api/runs`",
            pages::runs,
        ),
        read(
            "/runs/{id}",
            "the page of a run, which commit statuses link to",
            pages::run,
        ),
        read("/style.css", "how the pages look", pages::style),
        read("/icon.svg", "their icon", pages::icon),
        read("/api/runs", "the runs as JSON, newest first", runs::list),
        read("/api/runs/{id}", "a run as JSON", runs::one),
        read("/api/runs/{id}/log", "its log as text", runs::log),
        act(
            "/api/runs/{id}/cancel",
            "cancels it, and answers with the run",
            runs::cancel,
        ),
        read("/healthz", "`ok`, or `draining`: the process lives", health::alive),
        read(
            "/readyz",
            "whether deliveries are taken and worked off, as JSON",
            health::ready,
        ),
        read("/metrics", "numbers for Prometheus", figures::show),
    ]
}

/// What is served, in the order of the documentation.
pub fn routes() -> Vec<Route> {
    served().map(|served| served.route).into()
}

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
    let routes = served().into_iter().fold(Router::new(), |router, served| {
        router.route(served.route.path, served.by)
    });
    Ok(routes
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
