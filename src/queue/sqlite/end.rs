//! What a worker does with a run that it holds.

use super::SqliteQueue;
use super::row::tasks_text;
use crate::queue::{Lease, QueueError, RunEnd, TaskRecord};

impl SqliteQueue {
    pub(super) async fn record_tasks(&self, lease: &Lease, tasks: &[TaskRecord]) -> Result<bool, QueueError> {
        let done = sqlx::query(
            "UPDATE runs SET tasks = ?
             WHERE id = ? AND state = 'running' AND lease_owner = ? AND attempts = ?",
        )
        .bind(tasks_text(&lease.run, tasks)?)
        .bind(&lease.run)
        .bind(&lease.owner)
        .bind(lease.attempt)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn finish_run(&self, lease: &Lease, end: &RunEnd) -> Result<bool, QueueError> {
        let done = sqlx::query(
            "UPDATE runs SET state = ?1, reason = ?2, finished_at = ?3,
               tasks = CASE ?4 WHEN '[]' THEN tasks ELSE ?4 END,
               lease_owner = NULL, lease_until = NULL
             WHERE id = ?5 AND state = 'running' AND lease_owner = ?6 AND attempts = ?7",
        )
        .bind(end.state.as_str())
        .bind(&end.reason)
        .bind(self.clock.millis())
        .bind(tasks_text(&lease.run, &end.tasks)?)
        .bind(&lease.run)
        .bind(&lease.owner)
        .bind(lease.attempt)
        .execute(&self.writer)
        .await?;
        // What waited behind this run may begin.
        self.signals.announce_work();
        self.signals.announce_status();
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn give_run_back(&self, lease: &Lease) -> Result<bool, QueueError> {
        let done = sqlx::query(
            "UPDATE runs SET state = 'queued', attempts = attempts - 1,
               lease_owner = NULL, lease_until = NULL
             WHERE id = ? AND state = 'running' AND lease_owner = ? AND attempts = ?",
        )
        .bind(&lease.run)
        .bind(&lease.owner)
        .bind(lease.attempt)
        .execute(&self.writer)
        .await?;
        self.signals.announce_work();
        Ok(done.rows_affected() == 1)
    }
}
