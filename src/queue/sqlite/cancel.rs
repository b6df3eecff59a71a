//! Asking that a run ends.

use super::SqliteQueue;
use crate::queue::{Cancelled, QueueError, RunState};

impl SqliteQueue {
    pub(super) async fn cancel_run(&self, run: &str) -> Result<Cancelled, QueueError> {
        let mut transaction = self.write().await?;
        let state: Option<String> = sqlx::query_scalar("SELECT state FROM runs WHERE id = ?")
            .bind(run)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(state) = state else {
            return Ok(Cancelled::Unknown);
        };
        let state: RunState = state.parse().map_err(|_| QueueError::Row {
            run: run.to_owned(),
            what: "state",
        })?;
        match state {
            RunState::Queued => {
                sqlx::query(
                    "UPDATE runs SET state = 'cancelled', finished_at = ?, not_before = NULL,
                       reason = iif(started_at IS NULL, 'cancelled before it began', 'cancelled')
                     WHERE id = ?",
                )
                .bind(self.clock.millis())
                .bind(run)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
                self.signals.announce_status();
                // What waited behind it may begin.
                self.signals.announce_work();
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
