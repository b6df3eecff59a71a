//! Opening the file and bringing it up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, Transaction};

use super::{Limits, SqliteQueue};
use crate::queue::{Clock, QueueError, Signals};

static MIGRATIONS: Migrator = sqlx::migrate!("src/queue/migrations");
const READERS: u32 = 4;
/// How long a statement waits for another process's lock, and a caller for a
/// connection. A forge waits 5 (Gitea) to 10 (GitHub) seconds for its answer.
const PATIENCE: Duration = Duration::from_secs(4);

impl SqliteQueue {
    /// Opens the database at `path`, which is made when it is missing (its folder
    /// is not), and applies what migrations it lacks.
    pub async fn open(path: &Path, limits: Limits, clock: Clock) -> Result<Self, QueueError> {
        let cannot = |error: sqlx::Error| QueueError::Open {
            path: path.to_owned(),
            reason: match error.as_database_error() {
                Some(error) => error.message().to_owned(),
                None => error.to_string(),
            },
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(options.clone())
            .await
            .map_err(cannot)?;
        MIGRATIONS.run(&writer).await.map_err(|error| cannot(error.into()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options.read_only(true))
            .await
            .map_err(cannot)?;
        Ok(Self {
            writer,
            readers,
            limits,
            clock,
            signals: Signals::default(),
        })
    }

    /// A transaction that may write from its first statement on. A deferred one
    /// that reads first fails at its first write when another process wrote.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, QueueError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Writes for real: SQLite notices a full disk at the commit only.
    pub(super) async fn check_store(&self) -> Result<(), QueueError> {
        sqlx::query(
            "INSERT INTO health (id, checked_at) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET checked_at = ?1",
        )
        .bind(self.clock.millis())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
