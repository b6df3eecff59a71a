//! Looking runs up.

use super::SqliteQueue;
use super::row::{read_run, run_columns};
use crate::queue::{Filter, Page, QueueError, Run};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

/// A list, newest first. Each way to narrow it down is a statement of its own, since
/// SQLite takes no index for `?1 IS NULL OR …`.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE ",
            $which,
            " AND seq < coalesce((SELECT seq FROM runs WHERE id = ?3),
                CASE WHEN ?3 IS NULL THEN 9223372036854775807 ELSE 0 END)
              ORDER BY seq DESC LIMIT ?4"
        )
    };
}

pub(super) fn statement(filter: &Filter) -> &'static str {
    match (&filter.repository, filter.state) {
        (None, None) => select!("true"),
        (Some(_), None) => select!("repository = ?1"),
        (None, Some(_)) => select!("state = ?2"),
        (Some(_), Some(_)) => select!("repository = ?1 AND state = ?2"),
    }
}

impl SqliteQueue {
    pub(super) async fn find_run(&self, run: &str) -> Result<Option<Run>, QueueError> {
        let row = sqlx::query(concat!("SELECT ", run_columns!(), " FROM runs WHERE id = ?"))
            .bind(run)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_run).transpose()
    }

    pub(super) async fn find_runs(&self, filter: &Filter) -> Result<Page, QueueError> {
        let limit = filter.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MOST);
        // One more than asked for tells whether there is a next page.
        let rows = sqlx::query(statement(filter))
            .bind(&filter.repository)
            .bind(filter.state.map(|state| state.as_str()))
            .bind(&filter.after)
            .bind(limit + 1)
            .fetch_all(&self.readers)
            .await?;
        let mut runs = rows.iter().map(read_run).collect::<Result<Vec<_>, _>>()?;
        let more = runs.len() > limit as usize;
        runs.truncate(limit as usize);
        let next = if more {
            runs.last().map(|run| run.id.clone())
        } else {
            None
        };
        Ok(Page { runs, next })
    }
}
