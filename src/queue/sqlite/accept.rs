//! Storing runs, each once: one look, which begins a transaction, and one write, which ends
//! it, for all that arrive together. Going to the database's thread and back costs more than
//! what a run asks of it.

use serde_json::json;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::decide::{Decided, Head, Seen, decide};
use crate::queue::{Accepted, NewRun, QueueError};

/// How many runs wait. Asked in a transaction: nobody else writes meanwhile.
pub(super) const WAITING: &str = "SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch WHERE state = 'queued'";

/// What is to be known of each before it is stored: `[forge, repository, delivery, branch]`.
pub(super) const LOOK: &str = "\
    BEGIN IMMEDIATE;
    SELECT
      (SELECT count(*) FROM runs INDEXED BY runs_queued_of_branch WHERE state = 'queued') AS waiting,
      (SELECT run FROM deliveries
       WHERE forge = asked.value ->> 0 AND repository = asked.value ->> 1 AND delivery = asked.value ->> 2) AS delivered,
      (SELECT json_group_array(id) FROM runs INDEXED BY runs_queued_of_branch
       WHERE state = 'queued' AND forge = asked.value ->> 0 AND repository = asked.value ->> 1
         AND branch = asked.value ->> 3) AS queued,
      latest.id, latest.commit_id, latest.environment, latest.state IN ('queued', 'running', 'success') AS well
    FROM json_each(?1) AS asked
    LEFT JOIN runs AS latest ON latest.seq =
      (SELECT seq FROM runs INDEXED BY runs_of_branch
       WHERE forge = asked.value ->> 0 AND repository = asked.value ->> 1 AND branch = asked.value ->> 3
       ORDER BY seq DESC LIMIT 1)
    ORDER BY asked.key";

/// `?1` are runs, `[id, forge, repository, branch, commit, title, environment]`; `?2` is
/// now; `?3` are deliveries, `[forge, repository, delivery, run]`; `?4` are superseded
/// runs, `[run, by, commit]`. A new lane of a repository is no new turn of it.
///
/// sqlx gives a value in turn to each number that a statement skips, here three of them
/// over all statements. More than there are values would leave later ones unbound.
macro_rules! store {
    () => {
        "\
    INSERT INTO runs (id, forge, repository, branch, commit_id, title, environment, state, created_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, 'queued', ?2
      FROM json_each(?1) ORDER BY key;
    INSERT OR IGNORE INTO lanes (forge, repository, environment, turn)
      SELECT value ->> 1, value ->> 2, value ->> 6, coalesce((SELECT max(turn) FROM lanes
        WHERE forge = value ->> 1 AND repository = value ->> 2), 0)
      FROM json_each(?1);
    INSERT INTO deliveries (forge, repository, delivery, run, received_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?2 FROM json_each(?3);
    UPDATE runs SET state = 'superseded', superseded_by = newer.value ->> 1, finished_at = ?2, not_before = NULL,
      reason = 'a newer head of the branch came: ' || substr(newer.value ->> 2, 1, 12)
      FROM json_each(?4) AS newer WHERE runs.id = newer.value ->> 0;"
    };
}

const STORE: &str = store!();
const STORE_AND_COMMIT: &str = concat!(store!(), " COMMIT");

/// Stores runs that arrived together, or none of them. After an error the connection may
/// still be in the transaction.
pub(super) async fn accept(
    connection: &mut SqliteConnection,
    runs: &[NewRun],
    now: i64,
    most: u64,
) -> Result<Vec<Accepted>, QueueError> {
    let (seen, waiting) = look(connection, runs).await?;
    let decided = decide(runs, seen, waiting, most, new_id);
    if decided.is_empty() {
        sqlx::query("COMMIT").execute(connection).await?;
    } else {
        write(connection, STORE_AND_COMMIT, &decided, now).await?;
    }
    Ok(decided.answers)
}

/// The id of a run.
pub(super) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

async fn look(connection: &mut SqliteConnection, runs: &[NewRun]) -> Result<(Vec<Seen>, u64), QueueError> {
    let asked = runs
        .iter()
        .map(|run| json!([run.forge, run.repository, run.delivery, run.branch]));
    let rows = sqlx::query(LOOK).bind(array(asked)).fetch_all(connection).await?;
    let mut waiting = 0;
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows {
        waiting = row.try_get::<i64, _>("waiting")?.unsigned_abs();
        let latest = match row.try_get::<Option<String>, _>("id")? {
            Some(run) => Some(Head {
                run,
                commit: row.try_get("commit_id")?,
                environment: row.try_get("environment")?,
                well: row.try_get("well")?,
            }),
            None => None,
        };
        seen.push(Seen {
            delivered: row.try_get("delivered")?,
            latest,
            queued: ids(row.try_get("queued")?),
        });
    }
    Ok((seen, waiting))
}

/// The ids in a list that SQLite put together.
pub(super) fn ids(list: &str) -> Vec<String> {
    serde_json::from_str(list).unwrap_or_default()
}

/// Writes what was decided, in a transaction of the caller's.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    decided: &Decided<'_>,
    now: i64,
) -> Result<(), QueueError> {
    write(connection, STORE, decided, now).await
}

async fn write(
    connection: &mut SqliteConnection,
    statements: &'static str,
    decided: &Decided<'_>,
    now: i64,
) -> Result<(), QueueError> {
    let runs = decided.new.iter().map(|(run, id)| {
        json!([
            id,
            run.forge,
            run.repository,
            run.branch,
            run.commit,
            run.title,
            run.environment
        ])
    });
    let deliveries = decided
        .deliveries
        .iter()
        .map(|(run, id)| json!([run.forge, run.repository, run.delivery, id]));
    let superseded = decided.superseded.iter().map(|pair| json!(pair));
    sqlx::query(statements)
        .bind(array(runs))
        .bind(now)
        .bind(array(deliveries))
        .bind(array(superseded))
        .execute(connection)
        .await?;
    Ok(())
}

fn array(values: impl Iterator<Item = serde_json::Value>) -> String {
    serde_json::Value::Array(values.collect()).to_string()
}
