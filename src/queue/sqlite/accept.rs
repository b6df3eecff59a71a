//! Storing a run, once.

use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::queue::{Accepted, NewRun, QueueError};

/// How many runs wait. Counted once for a transaction, since nobody else writes
/// meanwhile.
#[derive(Debug)]
pub(super) struct Waiting {
    queued: u64,
    most: u64,
}

impl Waiting {
    pub(super) async fn count(connection: &mut SqliteConnection, most: u32) -> Result<Self, QueueError> {
        let queued: i64 =
            sqlx::query_scalar("SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch WHERE state = 'queued'")
                .fetch_one(connection)
                .await?;
        Ok(Self {
            queued: queued.unsigned_abs(),
            most: u64::from(most),
        })
    }
}

/// What is to be known before a run is stored: the run that its delivery led to before;
/// the branch's latest accepted head, where it is this very commit and is well or still on
/// its way; how many of the branch wait.
const LOOK: &str = "\
    SELECT
      (SELECT run FROM deliveries WHERE forge = ?1 AND repository = ?2 AND delivery = ?3) AS delivered,
      (SELECT iif(commit_id = ?5 AND environment = ?6 AND state IN ('queued', 'running', 'success'), id, NULL)
       FROM runs INDEXED BY runs_of_branch WHERE forge = ?1 AND repository = ?2 AND branch = ?4
       ORDER BY seq DESC LIMIT 1) AS latest,
      (SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch
       WHERE state = 'queued' AND forge = ?1 AND repository = ?2 AND branch = ?4) AS older";

/// Statements that are sent together: going to the database's thread and back costs more
/// than any of them. A new lane of a repository is no new turn of it.
///
/// sqlx gives a value in turn to each number that a statement skips, here nine of them
/// over all statements. More than there are values would leave later ones unbound.
const STORE: &str = "\
    SAVEPOINT run;
    INSERT INTO runs (id, forge, repository, branch, commit_id, title, environment, state, created_at)
      VALUES (?7, ?1, ?2, ?4, ?5, ?9, ?6, 'queued', ?8);
    INSERT OR IGNORE INTO lanes (forge, repository, environment, turn)
      VALUES (?1, ?2, ?6, coalesce((SELECT max(turn) FROM lanes WHERE forge = ?1 AND repository = ?2), 0));
    INSERT INTO deliveries (forge, repository, delivery, run, received_at)
      SELECT ?1, ?2, ?3, ?7, ?8 WHERE ?3 IS NOT NULL;
    UPDATE runs INDEXED BY runs_queued_of_branch SET state = 'superseded', superseded_by = ?7, finished_at = ?8,
      not_before = NULL,
      reason = 'a newer head of the branch came: ' || substr(?5, 1, 12)
      WHERE state = 'queued' AND forge = ?1 AND repository = ?2 AND branch = ?4 AND id <> ?7;
    RELEASE run";

/// Another delivery of a run that is there.
const REMEMBER: &str = "\
    INSERT INTO deliveries (forge, repository, delivery, run, received_at)
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?3 IS NOT NULL";

/// Takes back what [`STORE`] did up to where it failed.
const TAKE_BACK: &str = "ROLLBACK TO run; RELEASE run";

/// Stores one run, or says why there is nothing to store. The outer error is that of the
/// whole transaction: it cannot be read, or SQLite gave it up. The inner one is this
/// run's own, and has left nothing.
pub(super) async fn accept(
    connection: &mut SqliteConnection,
    run: &NewRun,
    now: i64,
    waiting: &mut Waiting,
) -> Result<Result<Accepted, QueueError>, QueueError> {
    let found = sqlx::query(LOOK)
        .bind(&run.forge)
        .bind(&run.repository)
        .bind(&run.delivery)
        .bind(&run.branch)
        .bind(&run.commit)
        .bind(&run.environment)
        .fetch_one(&mut *connection)
        .await?;
    if let Some(id) = found.try_get("delivered")? {
        return Ok(Ok(Accepted::Duplicate(id)));
    }
    // A → B → A runs A again, and so does the same commit after a failure.
    if let Some(id) = found.try_get::<Option<String>, _>("latest")? {
        sqlx::query(REMEMBER)
            .bind(&run.forge)
            .bind(&run.repository)
            .bind(&run.delivery)
            .bind(&id)
            .bind(now)
            .execute(connection)
            .await?;
        return Ok(Ok(Accepted::Duplicate(id)));
    }
    let older = found.try_get::<i64, _>("older")?.unsigned_abs();
    store(connection, run, now, older, waiting).await
}

/// Stores a run of which it is known that there is one. Of its branch `older` wait: they
/// are about to be superseded.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    run: &NewRun,
    now: i64,
    older: u64,
    waiting: &mut Waiting,
) -> Result<Result<Accepted, QueueError>, QueueError> {
    if waiting.queued.saturating_sub(older) >= waiting.most {
        return Ok(Ok(Accepted::Full));
    }
    let id = Uuid::now_v7().to_string();
    let stored = sqlx::query(STORE)
        .bind(&run.forge)
        .bind(&run.repository)
        .bind(&run.delivery)
        .bind(&run.branch)
        .bind(&run.commit)
        .bind(&run.environment)
        .bind(&id)
        .bind(now)
        .bind(&run.title)
        .execute(&mut *connection)
        .await;
    if let Err(error) = stored {
        sqlx::query(TAKE_BACK).execute(connection).await?;
        return Ok(Err(error.into()));
    }
    waiting.queued = waiting.queued.saturating_sub(older) + 1;
    Ok(Ok(Accepted::New(id)))
}
