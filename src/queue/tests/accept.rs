//! Storing a run, once.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{Stand, id, lease, limits, push, run_one, state};
use crate::queue::{Accepted, Limits, RunState};

pub(in crate::queue) async fn a_delivery_that_comes_again_is_the_run_that_it_was<S: Stand>() {
    let store = S::new(limits());
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

pub(in crate::queue) async fn the_latest_head_under_another_id_is_a_duplicate_until_it_fails<S: Stand>() {
    let store = S::new(limits());
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

pub(in crate::queue) async fn from_a_to_b_and_back_runs_a_again<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let mut ran = Vec::new();
    for (delivery, commit) in [("1", 'a'), ("2", 'b'), ("3", 'a')] {
        id(queue.accept(push(delivery, "main", commit)).await.unwrap());
        ran.push(run_one(&queue, RunState::Success).await);
    }
    assert_eq!(ran, ["a", "b", "a"]);
}

pub(in crate::queue) async fn a_newer_head_supersedes_what_waits<S: Stand>() {
    let store = S::new(limits());
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
    assert_eq!(lease(&queue).await.run.id, c);
}

pub(in crate::queue) async fn what_was_accepted_is_there_after_a_restart<S: Stand>() {
    let store = S::new(limits());
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

pub(in crate::queue) async fn past_its_bound_the_queue_takes_nothing_but_newer_heads<S: Stand>() {
    let store = S::new(limits());
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

pub(in crate::queue) async fn what_arrives_at_once_is_stored_once_each<S: Stand>() {
    let store = S::new(Limits {
        queued: 1000,
        ..limits()
    });
    let queue = store.open().await;
    // Every delivery comes three times, as some forges send it.
    let arriving = (0..300).map(|index| {
        let name = format!("b{}", index % 100);
        queue.accept(push(&name, &name, 'a'))
    });
    let mut stored = BTreeSet::new();
    let mut seen = Vec::new();
    for accepted in join_all(arriving).await {
        match accepted.unwrap() {
            Accepted::New(run) => assert!(stored.insert(run)),
            Accepted::Duplicate(run) => seen.push(run),
            Accepted::Full => panic!("there was room"),
        }
    }
    assert_eq!((stored.len(), seen.len()), (100, 200));
    assert!(seen.iter().all(|run| stored.contains(run)));
}

pub(in crate::queue) async fn the_bound_holds_for_what_arrives_at_once<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let arriving = (0..20).map(|index| {
        let name = format!("b{index}");
        queue.accept(push(&name, &name, 'a'))
    });
    let accepted: Vec<_> = join_all(arriving).await.into_iter().map(Result::unwrap).collect();
    let full = accepted.iter().filter(|one| **one == Accepted::Full).count();
    assert_eq!(full, 15);
}

pub(in crate::queue) async fn a_burst_to_one_branch_leaves_its_last_head<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let mut runs = Vec::new();
    for commit in "0123456789abcdef".chars() {
        let delivery = format!("push-{commit}");
        runs.push(id(queue.accept(push(&delivery, "main", commit)).await.unwrap()));
    }
    let job = lease(&queue).await;
    let last = runs.pop().unwrap();
    assert_eq!(job.run.id, last);
    for run in runs {
        assert_eq!(state(&queue, &run).await, RunState::Superseded);
    }
    assert_eq!(queue.lease("two").await.unwrap(), None);
}
