//! Files of every earlier schema are opened, and those of a later one are refused.
//!
//! `schemas/` has each earlier schema as it was written, with rows. Who adds a migration
//! adds the schema before it: `sqlite3 pelato.db .dump` of a file with a run in each state.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::File;
use crate::queue::sqlite::open::MIGRATIONS;
use crate::queue::tests::{Stand, id, push};
use crate::queue::{Accepted, Clock, Filter, Limits, Queue, RunState, SqliteQueue};

/// A schema's number, and its file.
const EARLIER: [(i64, &str); 4] = [
    (1, include_str!("schemas/0001.sql")),
    (2, include_str!("schemas/0002.sql")),
    (3, include_str!("schemas/0003.sql")),
    (4, include_str!("schemas/0004.sql")),
];

/// Writes a file as an earlier version left it.
async fn earlier(file: &File, dump: &'static str) {
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(dump).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn every_earlier_schema_is_here() {
    let mut all: Vec<_> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    all.sort_unstable();
    all.pop();
    let here: Vec<_> = EARLIER.iter().map(|(version, _)| *version).collect();
    assert_eq!(here, all);
}

#[tokio::test]
async fn a_file_of_an_earlier_schema_is_opened_and_has_all_of_its_runs() {
    for (version, dump) in EARLIER {
        let file = File::new(Limits::default());
        earlier(&file, dump).await;
        let queue = file.sqlite().await;
        let page = queue.runs(&Filter::default()).await.unwrap();
        let seen: Vec<_> = page
            .runs
            .iter()
            .map(|run| format!("{} {} {} {}", run.id, run.repository, run.branch, run.state))
            .collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(seen.join("\n"), @"
            run-7 acme/thermo main queued
            run-6 acme/thermo feat cancelled
            run-5 acme/thermo main superseded
            run-4 acme/thermo main error
            run-3 acme/thermo main failure
            run-2 acme/thermo feat running
            run-1 acme/thermo main success
            ");
        }
        let success = page.runs.iter().find(|run| run.state == RunState::Success).unwrap();
        assert_eq!(success.tasks[0].component_name, "convert", "schema {version}");
        assert_eq!(
            queue.log(&success.id, None).await.unwrap().as_deref(),
            Some("built\ndeployed\n")
        );
        let mut again = push("d-7", "main", '7');
        assert_eq!(
            queue.accept(again.clone()).await.unwrap(),
            Accepted::Duplicate("run-7".to_owned())
        );
        // What was held by a worker of before is taken over, then what waits.
        let job = queue.lease("one").await.unwrap().unwrap();
        assert_eq!((job.run.id.as_str(), job.lease.attempt), ("run-2", 2));
        assert_eq!(queue.lease("two").await.unwrap().unwrap().run.id, "run-7");
        again.delivery = Some("d-8".to_owned());
        again.commit = "8".repeat(40);
        id(queue.accept(again).await.unwrap());
    }
}

#[tokio::test]
async fn a_file_of_a_newer_schema_is_refused_and_left_alone() {
    let file = File::new(Limits::default());
    drop(file.sqlite().await);
    let mut connection = SqliteConnectOptions::new()
        .filename(file.path())
        .connect()
        .await
        .unwrap();
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99, 'later', true, x'00', 0)";
    sqlx::query(later).execute(&mut connection).await.unwrap();
    let schema = async |connection: &mut sqlx::SqliteConnection| -> String {
        let text = "SELECT group_concat(sql, ';') FROM sqlite_schema";
        sqlx::query_scalar(AssertSqlSafe(text))
            .fetch_one(connection)
            .await
            .unwrap()
    };
    let before = schema(&mut connection).await;
    let Err(error) = SqliteQueue::open(&file.path(), Limits::default(), Clock::default()).await else {
        panic!("it opened");
    };
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap();
    let text = error
        .to_string()
        .replace(file.folder.path().to_str().unwrap(), "FOLDER")
        .replace(&format!("up to {newest}"), "up to NEWEST");
    insta::assert_snapshot!(text, @"the database FOLDER/pelato.db has schema 99, and this version of Pelato knows schemas up to NEWEST; start the newer version again, or set `data` to another folder");
    assert_eq!(schema(&mut connection).await, before);
}
