//! One transaction for what arrives together: commits are counted, never timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::SqlitePool;

use super::File;
use crate::queue::tests::{Stand, end, id, push};
use crate::queue::{Accepted, Limits, Queue, QueueError, RunState, SqliteQueue};

/// Counts the commits of the one connection that writes.
async fn count(queue: &SqliteQueue) -> Arc<AtomicUsize> {
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let mut writer = queue.writer.acquire().await.unwrap();
    writer.lock_handle().await.unwrap().set_commit_hook(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        true
    });
    commits
}

/// Hands in one run for each branch while the writer is kept busy, and lets go of it
/// once all of them wait.
async fn at_once(queue: &SqliteQueue, branches: &[String]) -> Vec<Result<Accepted, QueueError>> {
    let busy = queue.writer.acquire().await.unwrap();
    let arriving = branches.iter().map(|branch| queue.accept(push(branch, branch, 'a')));
    let mut arriving = Box::pin(futures_util::future::join_all(arriving));
    // The first poll hands all of them in; none is answered.
    assert!(futures_util::poll!(&mut arriving).is_pending());
    drop(busy);
    arriving.await
}

#[tokio::test]
async fn two_hundred_runs_take_a_few_commits_and_are_all_on_the_disk() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    let commits = count(&queue).await;
    let branches: Vec<_> = (0..200).map(|index| format!("b{index}")).collect();
    let runs: Vec<_> = at_once(&queue, &branches)
        .await
        .into_iter()
        .map(|one| id(one.unwrap()))
        .collect();
    let commits = commits.load(Ordering::SeqCst);
    assert!(commits <= 3, "{commits} commits for 200 runs");
    // As another process sees it, with nothing closed: what a kill leaves.
    let other = file.sqlite().await;
    for run in &runs {
        assert!(other.run(run).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn every_commit_reaches_the_disk() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    let pragma = async |pragma| {
        sqlx::query_scalar::<_, i64>(pragma)
            .fetch_one(&queue.writer)
            .await
            .unwrap()
    };
    assert_eq!(pragma("PRAGMA synchronous").await, 2);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&queue.writer)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn a_run_that_fails_takes_no_other_along() {
    let file = File::new(Limits {
        queued: 5,
        ..Limits::default()
    });
    let queue = file.sqlite().await;
    sqlx::query(
        "CREATE TRIGGER damaged BEFORE INSERT ON deliveries WHEN NEW.delivery LIKE 'bad%'
         BEGIN SELECT RAISE(ABORT, 'damaged'); END",
    )
    .execute(&queue.writer)
    .await
    .unwrap();
    let branches = [
        "good-1", "bad-1", "good-2", "bad-2", "good-3", "good-4", "good-5", "good-6",
    ]
    .map(str::to_owned);
    let accepted = at_once(&queue, &branches).await;
    let words: Vec<_> = accepted
        .iter()
        .map(|one| match one {
            Ok(Accepted::New(_)) => "new",
            Ok(Accepted::Duplicate(_)) => "duplicate",
            Ok(Accepted::Full) => "full",
            Err(_) => "error",
        })
        .collect();
    // What failed counts for nothing, and leaves nothing.
    assert_eq!(words, ["new", "error", "new", "error", "new", "new", "new", "full"]);
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs")
        .fetch_one(&queue.readers)
        .await
        .unwrap();
    assert_eq!(runs, 5);
}

#[tokio::test]
async fn a_transaction_that_fails_stores_nothing_and_says_so_to_all() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    sqlx::query(
        "CREATE TRIGGER full AFTER INSERT ON runs WHEN NEW.branch = 'last'
         BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
    )
    .execute(&queue.writer)
    .await
    .unwrap();
    let branches = ["a", "b", "c", "last"].map(str::to_owned);
    let stored = at_once(&queue, &branches)
        .await
        .into_iter()
        .filter_map(Result::ok)
        .count();
    let pool = SqlitePool::connect(&format!("sqlite:{}", file.path().display()))
        .await
        .unwrap();
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(runs, i64::try_from(stored).unwrap());
    sqlx::query("DROP TRIGGER full").execute(&queue.writer).await.unwrap();
    for branch in &branches {
        queue.accept(push(branch, branch, 'a')).await.unwrap();
    }
}

/// Runs that arrive together end as those that come one after the other.
#[tokio::test]
async fn together_or_one_by_one_is_the_same() {
    let mut random = 7_u64;
    let mut pick = |most: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    let runs: Vec<_> = (0..600)
        .map(|_| {
            let commit = char::from_digit(u32::try_from(pick(3)).unwrap(), 10).unwrap();
            let mut run = push(&pick(400).to_string(), &format!("b{}", pick(12)), commit);
            run.repository = format!("acme/r{}", pick(2));
            run.environment = ["staging", "production"][usize::try_from(pick(8) / 7).unwrap()].to_owned();
            run.title = Some(format!("quotes \" and \u{1f980}, {}", pick(9)));
            run.delivery = run.delivery.filter(|_| pick(10) > 0);
            run
        })
        .collect();
    let mut ended = Vec::new();
    for size in [1, 50] {
        let file = File::new(Limits {
            queued: 16,
            ..Limits::default()
        });
        let queue = file.sqlite().await;
        let mut places = std::collections::HashMap::new();
        let mut answers = Vec::new();
        for (number, together) in runs.chunks(size).enumerate() {
            let busy = queue.writer.acquire().await.unwrap();
            let mut arriving = Box::pin(futures_util::future::join_all(
                together.iter().map(|run| queue.accept(run.clone())),
            ));
            assert!(futures_util::poll!(&mut arriving).is_pending());
            drop(busy);
            for (place, answer) in arriving.await.into_iter().enumerate() {
                let place = number * size + place;
                answers.push(match answer.unwrap() {
                    Accepted::New(run) => {
                        places.insert(run, place);
                        format!("{place} new")
                    }
                    Accepted::Duplicate(run) => format!("{place} is {}", places[&run]),
                    Accepted::Full => format!("{place} full"),
                });
            }
            // Some end on their way, between the batches of both.
            if (number + 1) * size % 100 == 0 {
                let job = queue.lease("one").await.unwrap().unwrap();
                queue.finish(&job.lease, &end(RunState::Failure)).await.unwrap();
                answers.push(format!("ended {}", places[&job.run.id]));
            }
        }
        let mut stored = Vec::new();
        for (run, place) in &places {
            let by: Option<String> = sqlx::query_scalar("SELECT superseded_by FROM runs WHERE id = ?")
                .bind(run)
                .fetch_one(&queue.readers)
                .await
                .unwrap();
            let by = by.map(|by| places[&by]);
            let run = queue.run(run).await.unwrap().unwrap();
            stored.push((*place, run.state, by, run.reason, run.title, run.environment));
        }
        stored.sort_by_key(|run| run.0);
        ended.push((answers, stored));
    }
    assert_eq!(ended[0].0, ended[1].0);
    assert_eq!(ended[0].1, ended[1].1);
}
