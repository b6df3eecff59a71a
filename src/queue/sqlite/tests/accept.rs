//! Storing a run, once.

use super::{Store, id, lease, push, run_one, state};
use crate::queue::{Accepted, Clock, Limits, Queue, RunState, SqliteQueue};

#[tokio::test]
async fn a_delivery_that_comes_again_is_the_run_that_it_was() {
    let store = Store::new();
    let queue = store.open().await;
    let first = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let again = queue.accept(push("1", "main", 'a')).await.unwrap();
    assert_eq!(again, Accepted::Duplicate(first.clone()));
    run_one(&queue, RunState::Failure).await;
    let after_the_failure = queue.accept(push("1", "main", 'a')).await.unwrap();
    assert_eq!(after_the_failure, Accepted::Duplicate(first));
    // The id belongs to its repository and forge.
    let mut other = push("1", "main", 'a');
    other.repository = "acme/other".to_owned();
    id(queue.accept(other).await.unwrap());
}

#[tokio::test]
async fn the_latest_head_under_another_id_is_a_duplicate_until_it_fails() {
    let store = Store::new();
    let queue = store.open().await;
    let first = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for delivery in ["2", "2", "3"] {
        let again = queue.accept(push(delivery, "main", 'a')).await.unwrap();
        assert_eq!(again, Accepted::Duplicate(first.clone()));
    }
    run_one(&queue, RunState::Success).await;
    let again = queue.accept(push("4", "main", 'a')).await.unwrap();
    assert_eq!(again, Accepted::Duplicate(first));

    id(queue.accept(push("5", "main", 'b')).await.unwrap());
    run_one(&queue, RunState::Failure).await;
    id(queue.accept(push("6", "main", 'b')).await.unwrap());
}

#[tokio::test]
async fn from_a_to_b_and_back_runs_a_again() {
    let store = Store::new();
    let queue = store.open().await;
    let mut ran = Vec::new();
    for (delivery, commit) in [("1", 'a'), ("2", 'b'), ("3", 'a')] {
        id(queue.accept(push(delivery, "main", commit)).await.unwrap());
        ran.push(run_one(&queue, RunState::Success).await);
    }
    assert_eq!(ran, ["a", "b", "a"]);
}

#[tokio::test]
async fn a_newer_head_supersedes_what_waits_and_knows_what_it_passed() {
    let store = Store::new();
    let queue = store.open().await;
    let a = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let feature = id(queue.accept(push("2", "feature", 'f')).await.unwrap());
    let b = id(queue.accept(push("3", "main", 'b')).await.unwrap());
    let c = id(queue.accept(push("4", "main", 'c')).await.unwrap());
    assert_eq!(state(&queue, &a).await, RunState::Superseded);
    assert_eq!(state(&queue, &b).await, RunState::Superseded);
    assert_eq!(state(&queue, &feature).await, RunState::Queued);
    let reason = queue.run(&b).await.unwrap().unwrap().reason;
    assert_eq!(reason.as_deref(), Some("a newer head of the branch came: cccccccccccc"));

    assert_eq!(lease(&queue).await.run.id, feature);
    let job = lease(&queue).await;
    assert_eq!(job.run.id, c);
    let passed: Vec<_> = job.passed.into_iter().map(|passed| passed.id).collect();
    assert_eq!(passed, [b, a]);
}

#[tokio::test]
async fn what_was_accepted_is_there_after_a_restart() {
    let store = Store::new();
    let before = store.open().await;
    let run = id(before.accept(push("1", "main", 'a')).await.unwrap());
    drop(before);
    let after = store.open().await;
    assert_eq!(
        after.accept(push("1", "main", 'a')).await.unwrap(),
        Accepted::Duplicate(run.clone())
    );
    assert_eq!(lease(&after).await.run.id, run);
}

#[tokio::test]
async fn past_its_bound_the_queue_takes_nothing_but_newer_heads() {
    let store = Store::new();
    let queue = store.open().await;
    for index in 0..5 {
        let branch = format!("b{index}");
        id(queue.accept(push(&branch, &branch, 'a')).await.unwrap());
    }
    assert_eq!(queue.accept(push("6", "b6", 'a')).await.unwrap(), Accepted::Full);
    id(queue.accept(push("7", "b3", 'b')).await.unwrap());
    lease(&queue).await;
    // The delivery that found no room is not remembered as seen.
    id(queue.accept(push("6", "b6", 'a')).await.unwrap());
}

#[tokio::test]
async fn a_store_that_cannot_be_written_says_so() {
    let store = Store::new();
    let queue = store.open().await;
    queue.check().await.unwrap();
    queue.writer.close().await;
    assert!(queue.check().await.is_err());
    assert!(queue.accept(push("1", "main", 'a')).await.is_err());

    let missing = store.folder.path().join("no/such/folder.db");
    let Err(error) = SqliteQueue::open(&missing, Limits::default(), Clock::default()).await else {
        panic!("it opened");
    };
    let text = error
        .to_string()
        .replace(store.folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(text, @"cannot open the database FOLDER/no/such/folder.db: unable to open database file; check that the folder is there, is writable and has space");
}
