//! What SQLite does for the statements that are asked most: the cost of a lease must not
//! grow with the queue, nor that of a list with the history.

use sqlx::{AssertSqlSafe, Row};

use super::File;
use crate::queue::sqlite::accept::LOOK;
use crate::queue::sqlite::history::statement;
use crate::queue::sqlite::lease::{EXPIRED, NEXT};
use crate::queue::sqlite::outbox::HEADS;
use crate::queue::tests::Stand;
use crate::queue::{Filter, Limits, RunState, SqliteQueue};

async fn plan(queue: &SqliteQueue, statement: &str) -> String {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
        .fetch_all(&queue.readers)
        .await
        .unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get::<String, _>("detail")).collect();
    lines.join("\n")
}

#[tokio::test]
async fn a_lease_looks_once_into_each_lane_and_never_over_the_runs() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    insta::assert_snapshot!(plan(&queue, NEXT).await, @"
    SCAN lane USING COVERING INDEX lanes_by_turn
    CORRELATED SCALAR SUBQUERY 2
    SEARCH other USING COVERING INDEX runs_running (forge=? AND repository=? AND environment=?)
    CORRELATED SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX runs_queued_of_lane (forge=? AND repository=? AND environment=?)
    CORRELATED SCALAR SUBQUERY 4
    SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)
    CORRELATED SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX runs_queued_of_lane (forge=? AND repository=? AND environment=?)
    CORRELATED SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX runs_queued_of_lane (forge=? AND repository=? AND environment=?)
    USE TEMP B-TREE FOR LAST TERM OF ORDER BY
    ");
    insta::assert_snapshot!(plan(&queue, EXPIRED).await, @"
    SCAN candidate USING INDEX runs_running
    CORRELATED SCALAR SUBQUERY 1
    SEARCH other USING INDEX runs_running (forge=? AND repository=? AND environment=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
}

#[tokio::test]
async fn a_list_reads_what_it_shows() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    let mut plans = String::new();
    for repository in [None, Some("acme/thermo".to_owned())] {
        for state in [None, Some(RunState::Queued)] {
            let filter = Filter {
                repository: repository.clone(),
                state,
                ..Filter::default()
            };
            plans += &plan(&queue, statement(&filter)).await;
            plans.push('\n');
        }
    }
    insta::assert_snapshot!(plans, @"
    SEARCH runs USING INTEGER PRIMARY KEY (rowid<?)
    SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX sqlite_autoindex_runs_1 (id=?)
    SEARCH runs USING INDEX runs_of_state (state=? AND seq<?)
    SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX sqlite_autoindex_runs_1 (id=?)
    SEARCH runs USING INDEX runs_of_repository (repository=? AND seq<?)
    SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX sqlite_autoindex_runs_1 (id=?)
    SEARCH runs USING INDEX runs_of_repository_and_state (repository=? AND state=? AND seq<?)
    SCALAR SUBQUERY 1
    SEARCH runs USING COVERING INDEX sqlite_autoindex_runs_1 (id=?)
    ");
}

#[tokio::test]
async fn what_is_to_be_sent_next_is_found_with_a_look_for_each_repository() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    insta::assert_snapshot!(plan(&queue, HEADS).await, @"
    CO-ROUTINE head
    SETUP
    SCAN CONSTANT ROW
    SCALAR SUBQUERY 1
    SCAN statuses USING INDEX statuses_waiting
    RECURSIVE STEP
    SCAN head
    SEARCH this USING INTEGER PRIMARY KEY (rowid=?)
    CORRELATED SCALAR SUBQUERY 3
    SEARCH next USING INDEX statuses_waiting (forge=? AND repository>?)
    CORRELATED SCALAR SUBQUERY 4
    SEARCH next USING INDEX statuses_waiting (forge>?)
    SCAN head
    SEARCH statuses USING INTEGER PRIMARY KEY (rowid=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
}

#[tokio::test]
async fn what_arrives_is_looked_up_by_index() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    insta::assert_snapshot!(plan(&queue, LOOK.strip_prefix("BEGIN IMMEDIATE;").unwrap()).await, @"
    SCAN asked VIRTUAL TABLE INDEX 1:
    SEARCH latest USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
    CORRELATED SCALAR SUBQUERY 4
    SEARCH runs USING COVERING INDEX runs_of_branch (forge=? AND repository=? AND branch=?)
    SCALAR SUBQUERY 1
    SCAN runs USING COVERING INDEX runs_queued_of_branch
    CORRELATED SCALAR SUBQUERY 2
    SEARCH deliveries USING PRIMARY KEY (forge=? AND repository=? AND delivery=?)
    CORRELATED SCALAR SUBQUERY 3
    SEARCH runs USING INDEX runs_queued_of_branch (forge=? AND repository=? AND branch=?)
    USE TEMP B-TREE FOR ORDER BY
    ");
}
