//! The logs of runs.

use sqlx::Row;

use super::SqliteQueue;
use crate::queue::QueueError;

const CUT: &str = "\n[the log is cut here: it reached its bound]\n";

impl SqliteQueue {
    pub(super) async fn append_to_log(&self, run: &str, text: &str) -> Result<(), QueueError> {
        if text.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write().await?;
        let size: Option<i64> = sqlx::query_scalar("SELECT log_size FROM runs WHERE id = ?")
            .bind(run)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(size) = size else {
            return Ok(());
        };
        let bound = self.limits.log;
        let size = u64::try_from(size).unwrap_or_default();
        if size > bound {
            return Ok(());
        }
        let room = usize::try_from(bound - size).unwrap_or(usize::MAX);
        let mut piece = text.to_owned();
        // The size goes past the bound with the piece that is cut, and only then.
        let mut grown = size + text.len() as u64;
        if text.len() > room {
            piece.truncate(text.floor_char_boundary(room));
            piece.push_str(CUT);
            grown = bound + 1;
        }
        sqlx::query(
            "INSERT INTO logs (run, part, text)
             VALUES (?1, (SELECT coalesce(max(part), 0) + 1 FROM logs WHERE run = ?1), ?2)",
        )
        .bind(run)
        .bind(piece)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("UPDATE runs SET log_size = ? WHERE id = ?")
            .bind(i64::try_from(grown).unwrap_or(i64::MAX))
            .bind(run)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn read_log(&self, run: &str, last: Option<usize>) -> Result<Option<String>, QueueError> {
        let mut connection = self.readers.acquire().await?;
        let exists: Option<i64> = sqlx::query_scalar("SELECT seq FROM runs WHERE id = ?")
            .bind(run)
            .fetch_optional(&mut *connection)
            .await?;
        if exists.is_none() {
            return Ok(None);
        }
        // Pieces are as small as a line, so take as many from the end as are needed.
        let pieces = sqlx::query(
            "SELECT text FROM (
               SELECT part, text, sum(length(CAST(text AS BLOB))) OVER (ORDER BY part DESC) AS size
               FROM logs WHERE run = ?1)
             WHERE size - length(CAST(text AS BLOB)) < ?2 ORDER BY part",
        )
        .bind(run)
        .bind(last.map_or(i64::MAX, |last| i64::try_from(last).unwrap_or(i64::MAX)))
        .fetch_all(&mut *connection)
        .await?;
        let mut log = String::new();
        for piece in &pieces {
            log.push_str(piece.try_get("text")?);
        }
        Ok(Some(match last {
            Some(last) if log.len() > last => from_a_line(&log, last),
            _ => log,
        }))
    }
}

fn from_a_line(log: &str, last: usize) -> String {
    let tail = &log[log.ceil_char_boundary(log.len() - last)..];
    tail.split_once('\n')
        .map_or(tail, |(_, whole_lines)| whole_lines)
        .to_owned()
}
