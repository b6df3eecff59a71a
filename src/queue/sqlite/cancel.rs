//! Asking that a run ends.

use super::SqliteQueue;
use crate::queue::{Cancelled, QueueError, RunState};

impl SqliteQueue {
    pub(super) async fn cancel_run(&self, run: &str) -> Result<Cancelled, QueueError> {
        let mut transaction = self.write().await?;
        let found: Option<(String, i64)> = sqlx::query_as("SELECT state, postponed FROM runs WHERE id = ?")
            .bind(run)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((state, postponed)) = found else {
            return Ok(Cancelled::Unknown);
        };
        let state: RunState = state.parse().map_err(|_| QueueError::Row {
            run: run.to_owned(),
            what: "state",
        })?;
        match state {
            RunState::Queued if postponed > 0 => {
                // Its forge knows of it: a worker ends it, and says so.
                sqlx::query("UPDATE runs SET cancel_requested = 1, not_before = NULL WHERE id = ?")
                    .bind(run)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                self.signals.announce_work();
                Ok(Cancelled::Requested)
            }
            RunState::Queued => {
                sqlx::query(
                    "UPDATE runs SET state = 'cancelled', reason = 'cancelled before it began',
                       finished_at = ? WHERE id = ?",
                )
                .bind(self.clock.millis())
                .bind(run)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
                Ok(Cancelled::Now)
            }
            RunState::Running => {
                sqlx::query("UPDATE runs SET cancel_requested = 1 WHERE id = ?")
                    .bind(run)
                    .execute(&mut *transaction)
                    .await?;
                transaction.commit().await?;
                self.signals.announce_cancel();
                Ok(Cancelled::Requested)
            }
            over => Ok(Cancelled::Over(over)),
        }
    }
}
