//! Looking runs up.

use super::SqliteQueue;
use super::row::{read_run, run_columns};
use crate::queue::{Filter, Page, QueueError, Run};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

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
        let rows = sqlx::query(concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE (?1 IS NULL OR repository = ?1)
                AND (?2 IS NULL OR state = ?2)
                AND (?3 IS NULL OR seq < (SELECT seq FROM runs WHERE id = ?3))
              ORDER BY seq DESC LIMIT ?4"
        ))
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
