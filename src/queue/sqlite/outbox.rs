//! The outbox of commit statuses.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::SqliteQueue;
use crate::queue::{Due, Lease, Next, Outbox, QueueError, Sent, Signals, Status};
use crate::report::TaskState;

/// How long one that was taken is kept from others: longer than a request may take.
const HOLD: Duration = Duration::from_secs(15);

/// The oldest of each repository that has any, each found with one look into the index,
/// however many wait.
pub(super) const HEADS: &str = "\
    WITH RECURSIVE head (seq) AS (
      SELECT (SELECT seq FROM statuses INDEXED BY statuses_waiting
              WHERE ended_at IS NULL ORDER BY forge, repository, seq LIMIT 1)
      UNION ALL
      SELECT coalesce(
        (SELECT seq FROM statuses AS next INDEXED BY statuses_waiting
         WHERE ended_at IS NULL AND next.forge = this.forge AND next.repository > this.repository
         ORDER BY next.repository, next.seq LIMIT 1),
        (SELECT seq FROM statuses AS next INDEXED BY statuses_waiting
         WHERE ended_at IS NULL AND next.forge > this.forge
         ORDER BY next.forge, next.repository, next.seq LIMIT 1))
      FROM head JOIN statuses AS this ON this.seq = head.seq)
    SELECT statuses.seq, due_at FROM head JOIN statuses ON statuses.seq = head.seq
    ORDER BY due_at, statuses.seq LIMIT 1";

/// Kept where the lease is held, there is somebody to tell, and the context's latest says
/// something else.
const KEEP: &str = "\
    INSERT INTO statuses (run, forge, repository, commit_id, context, state, description)
    SELECT id, forge, repository, commit_id, ?2, ?3, ?4 FROM runs
    WHERE id = ?1
      AND NOT EXISTS (SELECT 1 FROM mute WHERE mute.forge = runs.forge AND mute.repository = runs.repository)
      AND NOT EXISTS (
      SELECT 1 FROM statuses AS latest
      WHERE latest.seq = (SELECT max(seq) FROM statuses WHERE run = ?1 AND context = ?2)
        AND latest.state = ?3 AND latest.description = ?4)";

/// `?1` are repositories, `[forge, name]`; `?2` is now.
const MUTE: &str = "\
    DELETE FROM mute WHERE NOT EXISTS (SELECT 1 FROM json_each(?1)
      WHERE value ->> 0 = mute.forge AND value ->> 1 = mute.repository);
    INSERT OR IGNORE INTO mute (forge, repository) SELECT value ->> 0, value ->> 1 FROM json_each(?1);
    UPDATE statuses SET ended_at = ?2, refusal = 'runner.yaml has no token for the repository'
      FROM mute WHERE ended_at IS NULL AND statuses.forge = mute.forge AND statuses.repository = mute.repository";

impl Outbox for SqliteQueue {
    fn announce<'a>(&'a self, lease: &'a Lease, statuses: &'a [Status]) -> BoxFuture<'a, Result<bool, QueueError>> {
        Box::pin(self.keep_statuses(lease, statuses))
    }

    fn open<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<String>, QueueError>> {
        Box::pin(self.open_contexts(run))
    }

    fn take(&self) -> BoxFuture<'_, Result<Next, QueueError>> {
        Box::pin(self.take_status())
    }

    fn settle<'a>(&'a self, number: i64, sent: &'a Sent) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(self.settle_status(number, sent))
    }

    fn mute<'a>(&'a self, repositories: &'a [(String, String)]) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(self.mute_repositories(repositories))
    }

    fn take_back(&self) -> BoxFuture<'_, Result<u64, QueueError>> {
        Box::pin(self.take_statuses_back())
    }

    fn signals(&self) -> &Signals {
        &self.signals
    }
}

impl SqliteQueue {
    async fn keep_statuses(&self, lease: &Lease, statuses: &[Status]) -> Result<bool, QueueError> {
        let mut transaction = self.write().await?;
        let held: Option<i64> = sqlx::query_scalar(
            "SELECT seq FROM runs WHERE id = ? AND state = 'running' AND lease_owner = ? AND attempts = ?",
        )
        .bind(&lease.run)
        .bind(&lease.owner)
        .bind(lease.attempt)
        .fetch_optional(&mut *transaction)
        .await?;
        if held.is_none() {
            return Ok(false);
        }
        for status in statuses {
            sqlx::query(KEEP)
                .bind(&lease.run)
                .bind(&status.context)
                .bind(status.state.as_str())
                .bind(&status.description)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.signals.announce_status();
        Ok(true)
    }

    async fn open_contexts(&self, run: &str) -> Result<Vec<String>, QueueError> {
        Ok(sqlx::query_scalar(
            "SELECT context FROM statuses AS open WHERE run = ?1 AND state = 'pending'
               AND seq = (SELECT max(seq) FROM statuses WHERE run = ?1 AND context = open.context)",
        )
        .bind(run)
        .fetch_all(&self.readers)
        .await?)
    }

    async fn take_status(&self) -> Result<Next, QueueError> {
        // Most looks find nothing: they cost no write.
        match head(&mut *self.readers.acquire().await?).await? {
            None => return Ok(Next::Nothing),
            Some((_, due)) if due > self.clock.millis() => return Ok(self.wait_until(due)),
            Some(_) => {}
        }
        let mut transaction = self.write().await?;
        let Some((seq, due)) = head(&mut transaction).await? else {
            return Ok(Next::Nothing);
        };
        let now = self.clock.millis();
        if due > now {
            return Ok(self.wait_until(due));
        }
        let row = sqlx::query(
            "UPDATE statuses SET due_at = ?, tries = tries + 1 WHERE seq = ?
             RETURNING seq, run, forge, repository, commit_id, context, state, description, tries",
        )
        .bind(now + millis(HOLD))
        .bind(seq)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Next::Now(read(&row)?))
    }

    async fn settle_status(&self, number: i64, sent: &Sent) -> Result<(), QueueError> {
        let now = self.clock.millis();
        let (due, ended, refusal) = match sent {
            Sent::Taken => (now, Some(now), None),
            Sent::Later(after) => (now + millis(*after), None, None),
            Sent::Refused(reason) => (now, Some(now), Some(reason)),
        };
        sqlx::query("UPDATE statuses SET due_at = ?, ended_at = ?, refusal = ? WHERE seq = ? AND ended_at IS NULL")
            .bind(due)
            .bind(ended)
            .bind(refusal)
            .bind(number)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn mute_repositories(&self, repositories: &[(String, String)]) -> Result<(), QueueError> {
        let mut transaction = self.write().await?;
        sqlx::query(MUTE)
            .bind(json!(repositories).to_string())
            .bind(self.clock.millis())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// One that is to wait for a while, and not for long any more, goes with them.
    async fn take_statuses_back(&self) -> Result<u64, QueueError> {
        let now = self.clock.millis();
        let done = sqlx::query(
            "UPDATE statuses INDEXED BY statuses_waiting SET due_at = ?1
             WHERE ended_at IS NULL AND tries > 0 AND due_at > ?1 AND due_at <= ?2",
        )
        .bind(now)
        .bind(now + millis(HOLD))
        .execute(&self.writer)
        .await?;
        self.signals.announce_status();
        Ok(done.rows_affected())
    }

    fn wait_until(&self, due: i64) -> Next {
        let left = due - self.clock.millis();
        Next::In(Duration::from_millis(left.max(0).unsigned_abs()))
    }
}

async fn head(connection: &mut SqliteConnection) -> Result<Option<(i64, i64)>, QueueError> {
    let row = sqlx::query(HEADS).fetch_optional(connection).await?;
    row.map(|row| Ok((row.try_get("seq")?, row.try_get("due_at")?)))
        .transpose()
}

fn read(row: &SqliteRow) -> Result<Due, QueueError> {
    let run: String = row.try_get("run")?;
    let state: String = row.try_get("state")?;
    let tries: u32 = row.try_get("tries")?;
    Ok(Due {
        number: row.try_get("seq")?,
        forge: row.try_get("forge")?,
        repository: row.try_get("repository")?,
        commit: row.try_get("commit_id")?,
        status: Status {
            context: row.try_get("context")?,
            state: TaskState::parse(&state).ok_or_else(|| QueueError::Row {
                run: run.clone(),
                what: "a status",
            })?,
            description: row.try_get("description")?,
        },
        tries: tries.saturating_sub(1),
        run,
    })
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}
