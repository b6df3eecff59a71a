//! Opening the file and bringing it up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, SqlitePool, Transaction};

use super::batch::{Batches, Storing};
use super::{Limits, SqliteQueue};
use crate::queue::{Clock, QueueError, Signals};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/queue/migrations");
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
            // What a statement would need to take itself back: a file for each otherwise.
            .pragma("temp_store", "MEMORY")
            .busy_timeout(PATIENCE);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            // SQLite itself gives a transaction up when the disk is full. The library does
            // not see it, and would begin no other one on that connection.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone().auto_vacuum(SqliteAutoVacuum::Incremental))
            .await
            .map_err(cannot)?;
        refuse_newer(path, &writer).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| cannot(error.into()))?;
        give_space_back(&writer).await;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options.read_only(true))
            .await
            .map_err(cannot)?;
        let signals = Signals::default();
        let batches = Batches::start(Storing {
            writer: writer.clone(),
            clock: clock.clone(),
            signals: signals.clone(),
            most_queued: limits.queued,
        });
        Ok(Self {
            writer,
            readers,
            batches,
            limits,
            clock,
            signals,
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

/// A newer version may have changed what a column means: nothing is read or written
/// then.
async fn refuse_newer(path: &Path, writer: &SqlitePool) -> Result<(), QueueError> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    // There is no such table in a new file.
    let newest = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(writer);
    match newest.await {
        Ok(Some(found)) if found > known => Err(QueueError::Newer {
            path: path.to_owned(),
            found,
            known,
        }),
        _ => Ok(()),
    }
}

/// A file of an earlier version keeps the space of what was deleted. It is rewritten
/// once, so that from then on it can shrink in small steps.
async fn give_space_back(writer: &SqlitePool) {
    const INCREMENTAL: i64 = 2;
    let mode = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(writer).await;
    if matches!(mode, Ok(INCREMENTAL)) {
        return;
    }
    // The mode was asked for when the file was opened, and is taken over here. It fails
    // where another process has the file open, and is tried again at the next start.
    if let Err(error) = sqlx::query("VACUUM").execute(writer).await {
        tracing::warn!(%error, "the database keeps the space of what is deleted until a later start");
    }
}
