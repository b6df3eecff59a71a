//! Putting a run off, and letting what was put off begin.

use std::time::Duration;

use super::SqliteQueue;
use crate::queue::{Lease, QueueError, Scope};

/// Queued again, for later, unless it is over instead: cancelled where that was asked for
/// meanwhile, superseded where a newer head of its branch waits.
const POSTPONE: &str = "\
    UPDATE runs SET
      state = CASE
        WHEN cancel_requested THEN 'cancelled'
        WHEN newer.id IS NOT NULL THEN 'superseded'
        ELSE 'queued' END,
      reason = CASE
        WHEN cancel_requested THEN 'cancelled'
        WHEN newer.id IS NOT NULL THEN 'a newer head of the branch came: ' || substr(newer.commit_id, 1, 12)
        ELSE ?4 END,
      superseded_by = CASE WHEN cancel_requested THEN NULL ELSE newer.id END,
      finished_at = CASE WHEN cancel_requested OR newer.id IS NOT NULL THEN ?5 END,
      not_before = CASE WHEN cancel_requested OR newer.id IS NOT NULL THEN NULL ELSE ?6 END,
      postponed = postponed + 1, postponed_since = coalesce(postponed_since, ?5),
      attempts = attempts - 1, lease_owner = NULL, lease_until = NULL
    FROM (SELECT 1) LEFT JOIN (
      SELECT next.id, next.commit_id FROM runs AS this JOIN runs AS next INDEXED BY runs_queued_of_branch
        ON next.state = 'queued' AND next.forge = this.forge AND next.repository = this.repository
          AND next.branch = this.branch AND next.seq > this.seq
      WHERE this.id = ?1) AS newer
    WHERE runs.id = ?1 AND state = 'running' AND lease_owner = ?2 AND attempts = ?3";

impl SqliteQueue {
    pub(super) async fn postpone_run(&self, lease: &Lease, after: Duration, reason: &str) -> Result<bool, QueueError> {
        let now = self.clock.millis();
        let millis = i64::try_from(after.as_millis()).unwrap_or(i64::MAX / 2);
        let done = sqlx::query(POSTPONE)
            .bind(&lease.run)
            .bind(&lease.owner)
            .bind(lease.attempt)
            .bind(reason)
            .bind(now)
            .bind(now.saturating_add(millis))
            .execute(&self.writer)
            .await?;
        // Where a newer one superseded it, that may begin, and its commit is told.
        self.signals.announce_work();
        self.signals.announce_status();
        let signals = self.signals.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            signals.announce_work();
        });
        Ok(done.rows_affected() == 1)
    }

    pub(super) async fn let_begin(&self, which: &Scope) -> Result<u64, QueueError> {
        let (repository, environment) = match which {
            Scope::All => (None, None),
            Scope::Repository(name) => (Some(name), None),
            Scope::Environment(name) => (None, Some(name)),
        };
        let done = sqlx::query(
            "UPDATE runs INDEXED BY runs_put_off SET not_before = NULL
             WHERE state = 'queued' AND not_before IS NOT NULL
               AND (?1 IS NULL OR repository = ?1) AND (?2 IS NULL OR environment = ?2)",
        )
        .bind(repository)
        .bind(environment)
        .execute(&self.writer)
        .await?;
        if done.rows_affected() > 0 {
            self.signals.announce_work();
        }
        Ok(done.rows_affected())
    }
}
