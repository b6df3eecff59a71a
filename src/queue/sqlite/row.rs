//! A row as a value.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::queue::clock::from_millis;
use crate::queue::{QueueError, Run, TaskRecord};

/// What [`read_run`] needs, for `SELECT` and `RETURNING`.
macro_rules! run_columns {
    () => {
        "id, forge, repository, branch, commit_id, title, environment, state, reason, tasks, \
         attempts, postponed, postponed_since, not_before, cancel_requested, created_at, started_at, finished_at"
    };
}
pub(super) use run_columns;

pub(super) fn read_run(row: &SqliteRow) -> Result<Run, QueueError> {
    let id: String = row.try_get("id")?;
    let unreadable = |what| QueueError::Row { run: id.clone(), what };
    let state: String = row.try_get("state")?;
    let moment = |column: &'static str| -> Result<_, QueueError> {
        let millis: Option<i64> = row.try_get(column)?;
        millis
            .map(|millis| from_millis(millis).ok_or_else(|| unreadable(column)))
            .transpose()
    };
    Ok(Run {
        forge: row.try_get("forge")?,
        repository: row.try_get("repository")?,
        branch: row.try_get("branch")?,
        commit: row.try_get("commit_id")?,
        title: row.try_get("title")?,
        environment: row.try_get("environment")?,
        state: state.parse().map_err(|_| unreadable("state"))?,
        reason: row.try_get("reason")?,
        tasks: serde_json::from_str(row.try_get("tasks")?).map_err(|_| unreadable("tasks"))?,
        attempts: row.try_get("attempts")?,
        postponed: row.try_get("postponed")?,
        postponed_since: moment("postponed_since")?,
        not_before: moment("not_before")?,
        cancel_requested: row.try_get("cancel_requested")?,
        created_at: moment("created_at")?.ok_or_else(|| unreadable("created_at"))?,
        started_at: moment("started_at")?,
        finished_at: moment("finished_at")?,
        id: id.clone(),
    })
}

pub(super) fn tasks_text(run: &str, tasks: &[TaskRecord]) -> Result<String, QueueError> {
    serde_json::to_string(tasks).map_err(|_| QueueError::Row {
        run: run.to_owned(),
        what: "tasks",
    })
}
