//! Handing a run out for a time.

use sqlx::SqliteConnection;

use super::SqliteQueue;
use super::row::{read_run, run_columns};
use crate::queue::{Beat, Job, Lease, QueueError, Run};

impl SqliteQueue {
    pub(super) async fn lease_run(&self, worker: &str) -> Result<Option<Job>, QueueError> {
        // Most looks find nothing: they cost no write.
        if next_run(&mut *self.readers.acquire().await?, self.clock.millis())
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let mut transaction = self.write().await?;
        let now = self.clock.millis();
        self.end_hopeless(&mut transaction, now).await?;
        let Some(seq) = next_run(&mut transaction, now).await? else {
            transaction.commit().await?;
            return Ok(None);
        };
        let row = sqlx::query(concat!(
            "UPDATE runs SET state = 'running', attempts = attempts + 1, lease_owner = ?,
               lease_until = ?, started_at = coalesce(started_at, ?),
               not_before = NULL, reason = NULL
             WHERE seq = ? RETURNING ",
            run_columns!()
        ))
        .bind(worker)
        .bind(now + self.lease_millis())
        .bind(now)
        .bind(seq)
        .fetch_one(&mut *transaction)
        .await?;
        let run = read_run(&row)?;
        take_turn(&mut transaction, &run).await?;
        transaction.commit().await?;
        self.signals.announce_status();
        let lease = Lease {
            run: run.id.clone(),
            owner: worker.to_owned(),
            attempt: run.attempts,
        };
        Ok(Some(Job { run, lease }))
    }

    /// Runs that were begun as often as is allowed and never ended: they may be what kills
    /// the worker.
    async fn end_hopeless(&self, connection: &mut SqliteConnection, now: i64) -> Result<(), QueueError> {
        sqlx::query(
            "UPDATE runs SET state = 'error', reason = 'gave up after ' || ?1 || ' attempts',
               finished_at = ?2, lease_owner = NULL, lease_until = NULL
             WHERE state = 'running' AND lease_until <= ?2 AND attempts >= ?1",
        )
        .bind(self.limits.attempts)
        .bind(now)
        .execute(connection)
        .await?;
        Ok(())
    }

    pub(super) async fn extend_lease(&self, lease: &Lease) -> Result<Beat, QueueError> {
        let now = self.clock.millis();
        // An expired lease that nobody took meanwhile is still ours.
        let cancel: Option<bool> = sqlx::query_scalar(
            "UPDATE runs SET lease_until = ? WHERE id = ? AND state = 'running'
               AND lease_owner = ? AND attempts = ? RETURNING cancel_requested",
        )
        .bind(now + self.lease_millis())
        .bind(&lease.run)
        .bind(&lease.owner)
        .bind(lease.attempt)
        .fetch_optional(&self.writer)
        .await?;
        Ok(match cancel {
            Some(false) => Beat::Held,
            Some(true) => Beat::CancelRequested,
            None => Beat::Lost,
        })
    }

    pub(super) async fn abandon_runs(&self, name: &str) -> Result<u64, QueueError> {
        let done = sqlx::query(
            "UPDATE runs SET lease_until = ?1
             WHERE state = 'running' AND lease_until > ?1 AND substr(lease_owner, 1, length(?2)) = ?2",
        )
        .bind(self.clock.millis())
        .bind(name)
        .execute(&self.writer)
        .await?;
        if done.rows_affected() > 0 {
            self.signals.announce_work();
        }
        Ok(done.rows_affected())
    }

    fn lease_millis(&self) -> i64 {
        i64::try_from(self.limits.lease.as_millis()).unwrap_or(i64::MAX / 2)
    }
}

/// The run to begin, of which its repository and environment have nothing running:
/// first one whose lease ran out. Then the oldest that is queued of the repository
/// whose last turn is longest ago: 500 runs of one do not keep another one waiting.
async fn next_run(connection: &mut SqliteConnection, now: i64) -> Result<Option<i64>, QueueError> {
    let expired = sqlx::query_scalar(EXPIRED)
        .bind(now)
        .fetch_optional(&mut *connection)
        .await?;
    if expired.is_some() {
        return Ok(expired);
    }
    Ok(sqlx::query_scalar(NEXT).bind(now).fetch_optional(connection).await?)
}

pub(super) const EXPIRED: &str = "\
    SELECT seq FROM runs AS candidate INDEXED BY runs_running
    WHERE state = 'running' AND lease_until <= ?1
      AND NOT EXISTS (
        SELECT 1 FROM runs AS other INDEXED BY runs_running
        WHERE other.state = 'running'
          AND other.forge = candidate.forge
          AND other.repository = candidate.repository
          AND other.environment = candidate.environment
          AND other.seq <> candidate.seq
          AND (other.lease_until > ?1 OR other.seq < candidate.seq))
    ORDER BY seq LIMIT 1";

/// Goes over lanes, each of them with one look into an index for its oldest run, one for
/// what runs, and one at the run itself: a lane whose oldest was put off waits with it.
pub(super) const NEXT: &str = "\
    SELECT head FROM (
      SELECT lane.turn AS turn,
        (SELECT min(seq) FROM runs INDEXED BY runs_queued_of_lane
         WHERE state = 'queued' AND forge = lane.forge AND repository = lane.repository
           AND environment = lane.environment) AS head
      FROM lanes AS lane INDEXED BY lanes_by_turn
      WHERE NOT EXISTS (
        SELECT 1 FROM runs AS other INDEXED BY runs_running
        WHERE other.state = 'running' AND other.forge = lane.forge
          AND other.repository = lane.repository AND other.environment = lane.environment))
    WHERE head IS NOT NULL
      AND (SELECT coalesce(not_before, 0) FROM runs WHERE seq = head) <= ?1
    ORDER BY turn, head LIMIT 1";

/// Puts a run's repository behind all others.
async fn take_turn(connection: &mut SqliteConnection, run: &Run) -> Result<(), QueueError> {
    sqlx::query("UPDATE lanes SET turn = (SELECT max(turn) + 1 FROM lanes) WHERE forge = ? AND repository = ?")
        .bind(&run.forge)
        .bind(&run.repository)
        .execute(connection)
        .await?;
    Ok(())
}
