//! The latest run of a branch, and what comes after it because somebody looked.

use sqlx::Row;

use super::SqliteQueue;
use super::accept::{WAITING, ids, new_id, store};
use super::decide::Decided;
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

/// The same id as a transaction sees it, and those of the branch that wait.
const NOW: &str = "\
    SELECT
      (SELECT id FROM runs INDEXED BY runs_of_branch
       WHERE forge = ?1 AND repository = ?2 AND branch = ?3 ORDER BY seq DESC LIMIT 1) AS latest,
      (SELECT json_group_array(id) FROM runs INDEXED BY runs_queued_of_branch
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
        let older = ids(found.try_get("older")?);
        let waiting: i64 = sqlx::query_scalar(WAITING).fetch_one(&mut *transaction).await?;
        if waiting.unsigned_abs().saturating_sub(older.len() as u64) >= u64::from(self.limits.queued) {
            return Ok(Accepted::Full);
        }
        let id = new_id();
        let decided = Decided::one(run, id.clone(), older);
        store(&mut transaction, &decided, self.clock.millis()).await?;
        transaction.commit().await?;
        self.signals.announce_work();
        self.signals.announce_status();
        Ok(Accepted::New(id))
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
