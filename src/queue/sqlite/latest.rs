//! The latest run of a branch, and what comes after it because somebody looked.

use sqlx::Row;

use super::SqliteQueue;
use super::accept::{Waiting, store};
use super::row::{read_run, run_columns};
use crate::queue::store::HEALS;
use crate::queue::{Accepted, Latest, NewRun, QueueError, RunState};

pub(super) const LATEST: &str = concat!(
    "SELECT ",
    run_columns!(),
    ", EXISTS (SELECT 1 FROM deliveries INDEXED BY deliveries_of_run
         WHERE run = runs.id AND substr(delivery, 1, length(?4)) = ?4) AS heals
       FROM runs INDEXED BY runs_of_branch
       WHERE forge = ?1 AND repository = ?2 AND branch = ?3 ORDER BY seq DESC LIMIT 1"
);

/// The same id as a transaction sees it, and how many of the branch wait.
const NOW: &str = "\
    SELECT
      (SELECT id FROM runs INDEXED BY runs_of_branch
       WHERE forge = ?1 AND repository = ?2 AND branch = ?3 ORDER BY seq DESC LIMIT 1) AS latest,
      (SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch
       WHERE state = 'queued' AND forge = ?1 AND repository = ?2 AND branch = ?3) AS older";

impl SqliteQueue {
    pub(super) async fn latest_run(
        &self,
        forge: &str,
        repository: &str,
        branch: &str,
    ) -> Result<Option<Latest>, QueueError> {
        let row = sqlx::query(LATEST)
            .bind(forge)
            .bind(repository)
            .bind(branch)
            .bind(HEALS)
            .fetch_optional(&self.readers)
            .await?;
        let latest = row.as_ref().map(|row| {
            Ok(Latest {
                run: read_run(row)?,
                heals: row.try_get("heals")?,
            })
        });
        latest.transpose()
    }

    pub(super) async fn accept_run_after(&self, run: &NewRun, latest: Option<&str>) -> Result<Accepted, QueueError> {
        let mut transaction = self.write().await?;
        let found = sqlx::query(NOW)
            .bind(&run.forge)
            .bind(&run.repository)
            .bind(&run.branch)
            .fetch_one(&mut *transaction)
            .await?;
        let now: Option<String> = found.try_get("latest")?;
        if let Some(now) = now.filter(|now| Some(now.as_str()) != latest) {
            return Ok(Accepted::Duplicate(now));
        }
        let older = found.try_get::<i64, _>("older")?.unsigned_abs();
        let mut waiting = Waiting::count(&mut transaction, self.limits.queued).await?;
        let accepted = store(&mut transaction, run, self.clock.millis(), older, &mut waiting).await??;
        transaction.commit().await?;
        self.signals.announce_work();
        Ok(accepted)
    }

    pub(super) async fn count_runs(&self) -> Result<Vec<(RunState, u64)>, QueueError> {
        let mut counts = Vec::with_capacity(RunState::ALL.len());
        for state in RunState::ALL {
            let count: i64 = sqlx::query_scalar("SELECT count(*) FROM runs INDEXED BY runs_of_state WHERE state = ?")
                .bind(state.as_str())
                .fetch_one(&self.readers)
                .await?;
            counts.push((state, count.unsigned_abs()));
        }
        Ok(counts)
    }
}
