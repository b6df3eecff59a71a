//! Storing a run, once.

use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::queue::{Accepted, NewRun, QueueError};

/// How many runs wait. Counted once for a transaction, since nobody else writes
/// meanwhile.
#[derive(Clone, Debug)]
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

/// Stores one run, or says why there is nothing to store.
pub(super) async fn accept(
    connection: &mut SqliteConnection,
    run: &NewRun,
    now: i64,
    waiting: &mut Waiting,
) -> Result<Accepted, QueueError> {
    if let Some(id) = seen_delivery(connection, run).await? {
        return Ok(Accepted::Duplicate(id));
    }
    if let Some(id) = latest_head(connection, run).await? {
        remember_delivery(connection, run, &id, now).await?;
        return Ok(Accepted::Duplicate(id));
    }
    // Those of this branch are about to be superseded.
    let older = queued_of_branch(connection, run).await?;
    if waiting.queued.saturating_sub(older) >= waiting.most {
        return Ok(Accepted::Full);
    }
    let id = Uuid::now_v7().to_string();
    insert(connection, run, &id, now).await?;
    remember_delivery(connection, run, &id, now).await?;
    if older > 0 {
        supersede_older(connection, run, &id, now).await?;
    }
    waiting.queued = waiting.queued.saturating_sub(older) + 1;
    Ok(Accepted::New(id))
}

async fn seen_delivery(connection: &mut SqliteConnection, run: &NewRun) -> Result<Option<String>, QueueError> {
    let Some(delivery) = &run.delivery else {
        return Ok(None);
    };
    Ok(
        sqlx::query_scalar("SELECT run FROM deliveries WHERE forge = ? AND repository = ? AND delivery = ?")
            .bind(&run.forge)
            .bind(&run.repository)
            .bind(delivery)
            .fetch_optional(connection)
            .await?,
    )
}

/// The branch's latest accepted head, where it is this very commit and is well
/// or still on its way. A → B → A therefore runs A again, and so does the same
/// commit after a failure.
async fn latest_head(connection: &mut SqliteConnection, run: &NewRun) -> Result<Option<String>, QueueError> {
    let latest = sqlx::query(
        "SELECT id, commit_id, environment, state FROM runs
         WHERE forge = ? AND repository = ? AND branch = ? ORDER BY seq DESC LIMIT 1",
    )
    .bind(&run.forge)
    .bind(&run.repository)
    .bind(&run.branch)
    .fetch_optional(connection)
    .await?;
    let Some(latest) = latest else {
        return Ok(None);
    };
    let same = latest.try_get::<String, _>("commit_id")? == run.commit
        && latest.try_get::<String, _>("environment")? == run.environment;
    let state: String = latest.try_get("state")?;
    let good = matches!(state.as_str(), "queued" | "running" | "success");
    Ok(if same && good {
        Some(latest.try_get("id")?)
    } else {
        None
    })
}

async fn queued_of_branch(connection: &mut SqliteConnection, run: &NewRun) -> Result<u64, QueueError> {
    let queued: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch
         WHERE state = 'queued' AND forge = ? AND repository = ? AND branch = ?",
    )
    .bind(&run.forge)
    .bind(&run.repository)
    .bind(&run.branch)
    .fetch_one(connection)
    .await?;
    Ok(queued.unsigned_abs())
}

async fn insert(connection: &mut SqliteConnection, run: &NewRun, id: &str, now: i64) -> Result<(), QueueError> {
    sqlx::query(
        "INSERT INTO runs (id, forge, repository, branch, commit_id, title, environment, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
    )
    .bind(id)
    .bind(&run.forge)
    .bind(&run.repository)
    .bind(&run.branch)
    .bind(&run.commit)
    .bind(&run.title)
    .bind(&run.environment)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    // A new lane of a repository is no new turn of it.
    sqlx::query(
        "INSERT OR IGNORE INTO lanes (forge, repository, environment, turn)
         VALUES (?1, ?2, ?3, coalesce((SELECT max(turn) FROM lanes WHERE forge = ?1 AND repository = ?2), 0))",
    )
    .bind(&run.forge)
    .bind(&run.repository)
    .bind(&run.environment)
    .execute(connection)
    .await?;
    Ok(())
}

async fn remember_delivery(
    connection: &mut SqliteConnection,
    run: &NewRun,
    id: &str,
    now: i64,
) -> Result<(), QueueError> {
    let Some(delivery) = &run.delivery else {
        return Ok(());
    };
    sqlx::query("INSERT INTO deliveries (forge, repository, delivery, run, received_at) VALUES (?, ?, ?, ?, ?)")
        .bind(&run.forge)
        .bind(&run.repository)
        .bind(delivery)
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Marks what waits for the same branch. What that had passed over stays with it: the
/// run that is begun at last follows the chain ([`super::lease`]), so that a burst of
/// pushes to one branch costs the same for each of them.
async fn supersede_older(
    connection: &mut SqliteConnection,
    run: &NewRun,
    id: &str,
    now: i64,
) -> Result<(), QueueError> {
    sqlx::query(
        "UPDATE runs INDEXED BY runs_queued_of_branch SET state = 'superseded', superseded_by = ?1, finished_at = ?5,
           reason = 'a newer head of the branch came: ' || substr(?6, 1, 12)
         WHERE state = 'queued' AND forge = ?2 AND repository = ?3 AND branch = ?4 AND id <> ?1",
    )
    .bind(id)
    .bind(&run.forge)
    .bind(&run.repository)
    .bind(&run.branch)
    .bind(now)
    .bind(&run.commit)
    .execute(connection)
    .await?;
    Ok(())
}
