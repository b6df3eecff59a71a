//! `/api/runs` and what is below it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::access::{may_act, may_read};
use super::answer::Problem;
use super::run_json::{RunJson, RunsJson};
use super::state::Door;
use crate::queue::{Cancelled, Filter, RunState};

/// The query of a list of runs. An empty value is the same as none, since a form
/// sends all of its fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunsQuery {
    repository: Option<String>,
    state: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

impl TryFrom<Result<Query<RunsQuery>, QueryRejection>> for Filter {
    type Error = Problem;

    fn try_from(query: Result<Query<RunsQuery>, QueryRejection>) -> Result<Self, Problem> {
        let Query(query) = query.map_err(|_| Problem::BadQuery)?;
        let named = |value: Option<String>| value.filter(|value| !value.is_empty());
        let state = named(query.state)
            .map(|state| state.parse::<RunState>())
            .transpose()
            .map_err(|_| Problem::BadQuery)?;
        let limit = named(query.limit)
            .map(|limit| limit.parse().ok().filter(|limit| (1..=200).contains(limit)))
            .map(|limit| limit.ok_or(Problem::BadQuery))
            .transpose()?;
        Ok(Self {
            repository: named(query.repository),
            state,
            after: named(query.after),
            limit,
        })
    }
}

pub(super) async fn list(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    query: Result<Query<RunsQuery>, QueryRejection>,
) -> Result<Json<RunsJson>, Problem> {
    may_read(&door.settings, &headers)?;
    let page = door.queue.runs(&Filter::try_from(query)?).await?;
    Ok(Json(page.into()))
}

pub(super) async fn one(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<RunJson>, Problem> {
    may_read(&door.settings, &headers)?;
    let run = door.queue.run(&id).await?.ok_or(Problem::NotFound)?;
    Ok(Json(run.into()))
}

pub(super) async fn log(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    may_read(&door.settings, &headers)?;
    let log = door.queue.log(&id, None).await?.ok_or(Problem::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], log).into_response())
}

pub(super) async fn cancel(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<RunJson>), Problem> {
    may_act(&door.settings, &headers)?;
    let status = match door.queue.cancel(&id).await? {
        Cancelled::Now => StatusCode::OK,
        Cancelled::Requested => StatusCode::ACCEPTED,
        Cancelled::Over(_) => return Err(Problem::Over),
        Cancelled::Unknown => return Err(Problem::NotFound),
    };
    tracing::info!(run = id, "a run is cancelled by request");
    let run = door.queue.run(&id).await?.ok_or(Problem::NotFound)?;
    Ok((status, Json(run.into())))
}
