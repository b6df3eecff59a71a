//! Runs that come because somebody looked, and not of a delivery.

use super::{Stand, id, limits, push, run_one, state};
use crate::queue::{Accepted, HEALS, RunState};

pub(in crate::queue) async fn the_latest_run_of_a_branch_is_told_with_what_it_is_for<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let latest = async || queue.latest("gitea", "acme/thermo", "main").await.unwrap();
    assert_eq!(latest().await, None);
    id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let b = id(queue.accept(push("2", "main", 'b')).await.unwrap());
    id(queue.accept(push("3", "feature", 'c')).await.unwrap());
    let found = latest().await.unwrap();
    assert_eq!((found.run.id, found.heals), (b.clone(), false));
    run_one(&queue, RunState::Success).await;

    // The same commit once more, since it is asked for.
    let heal = push(&format!("{HEALS}1"), "main", 'b');
    let run = id(queue.accept_after(&heal, Some(&b)).await.unwrap());
    let found = latest().await.unwrap();
    assert_eq!((found.run.id.as_str(), found.heals), (run.as_str(), true));
    // What a forge sends of that commit now is that run.
    let again = queue.accept(push("4", "main", 'b')).await.unwrap();
    assert_eq!(again, Accepted::Duplicate(run));
    assert!(latest().await.unwrap().heals);
}

pub(in crate::queue) async fn who_decided_by_the_latest_run_decides_nothing_after_a_newer_one<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let mut missed = push("", "main", 'a');
    missed.delivery = None;
    let a = id(queue.accept_after(&missed, None).await.unwrap());
    assert_eq!(
        queue.accept_after(&missed, None).await.unwrap(),
        Accepted::Duplicate(a.clone())
    );
    // A push came since the look.
    let b = id(queue.accept(push("1", "main", 'b')).await.unwrap());
    let late = queue.accept_after(&missed, Some(&a)).await.unwrap();
    assert_eq!(late, Accepted::Duplicate(b.clone()));
    assert_eq!(state(&queue, &b).await, RunState::Queued);
    // It supersedes what waits as a push does, and the bound holds for it too.
    id(queue.accept_after(&missed, Some(&b)).await.unwrap());
    assert_eq!(state(&queue, &b).await, RunState::Superseded);
    for branch in ["b1", "b2", "b3", "b4"] {
        id(queue.accept(push(branch, branch, 'a')).await.unwrap());
    }
    missed.branch = "5".to_owned();
    assert_eq!(queue.accept_after(&missed, None).await.unwrap(), Accepted::Full);
}

pub(in crate::queue) async fn runs_are_counted_by_their_state<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    for (delivery, ends) in [
        ("1", RunState::Success),
        ("2", RunState::Failure),
        ("3", RunState::Failure),
    ] {
        id(queue.accept(push(delivery, "main", 'a')).await.unwrap());
        run_one(&queue, ends).await;
        id(queue.accept(push(&format!("{delivery}b"), "main", 'b')).await.unwrap());
        run_one(&queue, RunState::Success).await;
    }
    id(queue.accept(push("4", "main", 'a')).await.unwrap());
    let counts = queue.counts().await.unwrap();
    let of = |state| counts.iter().find(|(of, _)| *of == state).map(|(_, count)| *count);
    assert_eq!(of(RunState::Success), Some(4));
    assert_eq!(of(RunState::Failure), Some(2));
    assert_eq!(of(RunState::Queued), Some(1));
    assert_eq!(of(RunState::Running), Some(0));
}
