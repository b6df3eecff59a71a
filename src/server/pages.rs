//! `GET /`, `GET /runs/<id>` and what they are made of.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, header};
use time::OffsetDateTime;

use super::access::may_read;
use super::answer::{Problem, ask_for_a_token};
use super::runs::RunsQuery;
use super::state::Door;
use crate::dashboard;
use crate::queue::Filter;

/// So much of a log's end is on the page; the whole of it is a link away.
const LOG_SHOWN: usize = 256 * 1024;

pub(super) async fn runs(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    query: Result<Query<RunsQuery>, QueryRejection>,
) -> Response {
    page(async {
        may_read(&door.settings, &headers)?;
        let filter = Filter::try_from(query)?;
        let page = door.queue.runs(&filter).await?;
        render(dashboard::runs(&page, &filter, OffsetDateTime::now_utc()))
    })
    .await
}

pub(super) async fn run(State(door): State<Arc<Door>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    page(async {
        may_read(&door.settings, &headers)?;
        let run = door.queue.run(&id).await?.ok_or(Problem::NotFound)?;
        let log = door.queue.log(&id, Some(LOG_SHOWN)).await?.unwrap_or_default();
        render(dashboard::run(&run, &log, OffsetDateTime::now_utc()))
    })
    .await
}

pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], dashboard::STYLE).into_response()
}

pub(super) async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], dashboard::ICON).into_response()
}

/// A problem is shown as a page too.
async fn page(content: impl Future<Output = Result<Html<String>, Problem>>) -> Response {
    match content.await {
        Ok(html) => html.into_response(),
        Err(problem) => match dashboard::problem(problem.status().as_u16(), problem.text()) {
            Ok(html) => {
                let mut response = (problem.status(), Html(html)).into_response();
                if problem == Problem::NoToken {
                    ask_for_a_token(&mut response);
                }
                response
            }
            Err(_) => problem.into_response(),
        },
    }
}

fn render(html: Result<String, dashboard::RenderError>) -> Result<Html<String>, Problem> {
    html.map(Html).map_err(|error| {
        tracing::error!(%error, "a page cannot be rendered");
        Problem::Internal
    })
}
