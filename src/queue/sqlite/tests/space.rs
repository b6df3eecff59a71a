//! The file gives its space back.

use std::time::Duration;

use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use super::File;
use crate::queue::tests::{Stand, id, push};
use crate::queue::{Keep, Limits, Queue, RunEnd, RunState, SqliteQueue};

/// So many runs that ended, each with a log of a megabyte.
async fn fill(queue: &SqliteQueue, runs: usize) {
    let text = "x".repeat(1 << 20);
    for index in 0..runs {
        let run = id(queue
            .accept(push(
                &index.to_string(),
                "main",
                char::from_digit(index as u32 % 10, 10).unwrap(),
            ))
            .await
            .unwrap());
        let job = queue.lease("one").await.unwrap().unwrap();
        queue.append_log(&run, &text).await.unwrap();
        let end = RunEnd {
            state: RunState::Success,
            reason: None,
            tasks: Vec::new(),
        };
        assert!(queue.finish(&job.lease, &end).await.unwrap());
    }
}

/// Everything for a month, however much it is.
fn month() -> Keep {
    let month = Duration::from_secs(30 * 24 * 3600);
    Keep {
        runs: month,
        logs: month,
        size: u64::MAX,
    }
}

async fn tidy(queue: &SqliteQueue, keep: &Keep) {
    while queue.tidy(keep).await.unwrap().more {}
}

#[tokio::test]
async fn the_file_shrinks_to_what_is_kept() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    fill(&queue, 20).await;
    let keep = Keep {
        size: 5 << 20,
        ..month()
    };
    tidy(&queue, &keep).await;
    let size = std::fs::metadata(file.path()).unwrap().len();
    assert!(size < 6 << 20, "{size} bytes");
    // All of the runs are there: their logs were enough.
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs")
        .fetch_one(&queue.readers)
        .await
        .unwrap();
    assert_eq!(runs, 20);
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&queue.readers)
        .await
        .unwrap();
    assert_eq!(whole, "ok");
}

#[tokio::test]
async fn a_file_of_an_earlier_version_learns_to_shrink() {
    let file = File::new(Limits::default());
    let mut earlier = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::None)
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .unwrap();
    sqlx::query("CREATE TABLE something (x)")
        .execute(&mut earlier)
        .await
        .unwrap();
    earlier.close().await.unwrap();
    let queue = file.sqlite().await;
    fill(&queue, 10).await;
    file.pass(Duration::from_secs(40 * 24 * 3600));
    tidy(&queue, &month()).await;
    let size = std::fs::metadata(file.path()).unwrap().len();
    assert!(size < 1 << 20, "{size} bytes");
}
