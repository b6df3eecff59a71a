//! Letting go of what is older, or more, than is kept.

use sqlx::{Row, SqliteConnection};

use super::SqliteQueue;
use crate::queue::{Keep, QueueError, Tidied};

/// So many runs or logs a step looks at, and about so many bytes of logs it removes: a
/// delivery that comes meanwhile waits for one step.
const STEP: u32 = 50;
const STEP_BYTES: i64 = 8 << 20;
/// A step gives 4 MiB back to the file system.
const GIVE_BACK: &str = "PRAGMA incremental_vacuum(1024)";

/// Stands where a log was.
const REMOVED: &str = "[the log was removed: runner.yaml's `retention` says how long logs are kept]\n";

/// Ended by a moment and still has a log.
const LOGS: &str = "\
    SELECT id, log_size FROM runs INDEXED BY runs_with_log
    WHERE finished_at IS NOT NULL AND log_size > 0 AND finished_at <= ?1
    ORDER BY finished_at LIMIT ?2";

/// Ended by a moment, with a newer run of the branch.
const RUNS: &str = "\
    SELECT id, log_size FROM runs AS old INDEXED BY runs_finished
    WHERE finished_at IS NOT NULL AND finished_at <= ?1
      AND EXISTS (
        SELECT 1 FROM runs AS newer INDEXED BY runs_of_branch
        WHERE newer.forge = old.forge AND newer.repository = old.repository
          AND newer.branch = old.branch AND newer.seq > old.seq)
    ORDER BY finished_at LIMIT ?2";

impl SqliteQueue {
    pub(super) async fn tidy_up(&self, keep: &Keep) -> Result<Tidied, QueueError> {
        let mut tidied = self.let_go(keep).await?;
        // Not in a transaction: this is one of its own.
        let free: i64 = sqlx::query_scalar("PRAGMA freelist_count")
            .fetch_one(&self.writer)
            .await?;
        if free > 0 {
            sqlx::query(GIVE_BACK).execute(&self.writer).await?;
            let left: i64 = sqlx::query_scalar("PRAGMA freelist_count")
                .fetch_one(&self.writer)
                .await?;
            tidied.more |= left > 0 && left < free;
            if !tidied.more {
                // The file is as long as it was until what shortens it leaves the WAL.
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                    .execute(&self.writer)
                    .await?;
            }
        }
        Ok(tidied)
    }

    /// One transaction: old logs, or old runs, or what is too much.
    async fn let_go(&self, keep: &Keep) -> Result<Tidied, QueueError> {
        let now = self.clock.millis();
        let before = |age: std::time::Duration| now - i64::try_from(age.as_millis()).unwrap_or(i64::MAX / 2);
        let mut transaction = self.write().await?;
        let mut tidied = Tidied {
            runs: remove_runs(&mut transaction, before(keep.runs)).await?,
            ..Tidied::default()
        };
        if tidied.runs == 0 {
            tidied.logs = remove_logs(&mut transaction, before(keep.logs)).await?;
        }
        if tidied == Tidied::default() && used(&mut transaction).await? > keep.size {
            tidied.logs = remove_logs(&mut transaction, now).await?;
            if tidied.logs == 0 {
                tidied.runs = remove_runs(&mut transaction, now).await?;
            }
        }
        if tidied == Tidied::default() {
            // Lanes of repositories that have no run any more.
            sqlx::query(
                "DELETE FROM lanes WHERE NOT EXISTS (
                   SELECT 1 FROM runs INDEXED BY runs_of_branch
                   WHERE runs.forge = lanes.forge AND runs.repository = lanes.repository)",
            )
            .execute(&mut *transaction)
            .await?;
        }
        tidied.more = tidied != Tidied::default();
        transaction.commit().await?;
        Ok(tidied)
    }
}

/// Bytes of the file that hold something.
async fn used(connection: &mut SqliteConnection) -> Result<u64, QueueError> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT (p.page_count - f.freelist_count) * s.page_size
         FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s",
    )
    .fetch_one(connection)
    .await?;
    Ok(bytes.unsigned_abs())
}

/// The ids that `statement` finds, as many as make one step.
async fn found(
    connection: &mut SqliteConnection,
    statement: &'static str,
    until: i64,
) -> Result<Vec<String>, QueueError> {
    let rows = sqlx::query(statement)
        .bind(until)
        .bind(STEP)
        .fetch_all(connection)
        .await?;
    let mut ids = Vec::new();
    let mut bytes = 0_i64;
    for row in &rows {
        if bytes > STEP_BYTES {
            break;
        }
        ids.push(row.try_get("id")?);
        bytes = bytes.saturating_add(row.try_get("log_size")?);
    }
    Ok(ids)
}

async fn remove_runs(connection: &mut SqliteConnection, until: i64) -> Result<u64, QueueError> {
    let ids = found(connection, RUNS, until).await?;
    for id in &ids {
        // Its deliveries and its log go with it.
        sqlx::query("DELETE FROM runs WHERE id = ?")
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(ids.len() as u64)
}

async fn remove_logs(connection: &mut SqliteConnection, until: i64) -> Result<u64, QueueError> {
    let ids = found(connection, LOGS, until).await?;
    for id in &ids {
        sqlx::query("DELETE FROM logs WHERE run = ?")
            .bind(id)
            .execute(&mut *connection)
            .await?;
        sqlx::query("INSERT INTO logs (run, part, text) VALUES (?, 1, ?)")
            .bind(id)
            .bind(REMOVED)
            .execute(&mut *connection)
            .await?;
        sqlx::query("UPDATE runs SET log_size = 0 WHERE id = ?")
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(ids.len() as u64)
}
