//! Runs that wait for something that is away.

use std::sync::Arc;
use std::time::Duration;

use super::{MINUTE, Stand, end, id, lease, limits, push, state};
use crate::queue::{Cancelled, Job, NewRun, Queue, RunState, Scope};

const WHY: &str = "the registry does not answer";
const SECONDS: Duration = Duration::from_secs(20);

/// The next run, put off.
async fn put_off(queue: &Arc<dyn Queue>) -> Job {
    let job = lease(queue).await;
    assert!(queue.postpone(&job.lease, SECONDS, WHY).await.unwrap());
    job
}

fn of(repository: &str, delivery: &str) -> NewRun {
    NewRun {
        repository: repository.to_owned(),
        ..push(delivery, "main", 'f')
    }
}

pub(in crate::queue) async fn a_run_that_waits_is_begun_again_in_its_time_and_was_not_tried<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let mut first_put_off = None;
    // More often than a run may be begun that kills its worker.
    for times in 1..=10 {
        let job = put_off(&queue).await;
        assert_eq!((job.run.id.as_str(), job.lease.attempt), (&*run, 1));
        assert_eq!(job.run.not_before, None);
        assert_eq!(job.run.reason, None, "it waits for nothing now");
        let waits = queue.run(&run).await.unwrap().unwrap();
        assert_eq!(
            (waits.state, waits.attempts, waits.postponed),
            (RunState::Queued, 0, times)
        );
        assert_eq!(waits.reason.as_deref(), Some(WHY));
        let first = *first_put_off.get_or_insert(waits.postponed_since.unwrap());
        assert_eq!(waits.postponed_since, Some(first));
        assert!(waits.not_before.unwrap() >= first + SECONDS);
        assert_eq!(queue.lease("one").await.unwrap(), None);
        store.pass(SECONDS / 2);
        // A restart does not shorten it.
        assert_eq!(store.open().await.lease("two").await.unwrap(), None);
        store.pass(SECONDS);
    }
    let job = lease(&queue).await;
    assert!(queue.finish(&job.lease, &end(RunState::Success)).await.unwrap());
    let ended = queue.run(&run).await.unwrap().unwrap();
    assert_eq!(
        (ended.state, ended.reason, ended.not_before),
        (RunState::Success, None, None)
    );
}

pub(in crate::queue) async fn what_waits_behind_it_waits_and_other_lanes_go_on<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let mut to_one_environment = push("2", "hotfix", 'b');
    to_one_environment.environment = "production".to_owned();
    queue.accept(push("1", "main", 'a')).await.unwrap();
    queue.accept(to_one_environment).await.unwrap();
    queue.accept(push("3", "feature", 'c')).await.unwrap();
    queue.accept(of("acme/other", "4")).await.unwrap();
    assert_eq!(put_off(&queue).await.run.commit, "a".repeat(40));
    let mut others = Vec::new();
    while let Some(job) = queue.lease("one").await.unwrap() {
        others.push(job.run.commit[..1].to_owned());
        queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
    }
    others.sort();
    assert_eq!(others, ["c", "f"]);
    store.pass(MINUTE);
    for commit in ["a", "b"] {
        let job = lease(&queue).await;
        assert_eq!(job.run.commit[..1], *commit, "in their order");
        queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
    }
}

pub(in crate::queue) async fn a_newer_head_takes_its_place<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let older = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    put_off(&queue).await;
    queue.accept(push("2", "main", 'b')).await.unwrap();
    let run = queue.run(&older).await.unwrap().unwrap();
    assert_eq!((run.state, run.not_before), (RunState::Superseded, None));
    // It need not wait.
    assert_eq!(lease(&queue).await.run.commit, "b".repeat(40));
}

pub(in crate::queue) async fn a_newer_head_that_came_meanwhile_takes_its_place<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let older = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let job = lease(&queue).await;
    let newer = id(queue.accept(push("2", "main", 'b')).await.unwrap());
    queue.accept(push("3", "feature", 'c')).await.unwrap();
    assert!(queue.postpone(&job.lease, SECONDS, WHY).await.unwrap());
    let run = queue.run(&older).await.unwrap().unwrap();
    assert_eq!((run.state, run.not_before), (RunState::Superseded, None));
    assert!(run.finished_at.is_some());
    assert_eq!(
        run.reason.as_deref(),
        Some("a newer head of the branch came: bbbbbbbbbbbb")
    );
    let next = lease(&queue).await;
    assert_eq!(next.run.id, newer);
}

pub(in crate::queue) async fn somebody_cancels_it_while_it_waits<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    put_off(&queue).await;
    assert_eq!(queue.cancel(&run).await.unwrap(), Cancelled::Now);
    store.pass(MINUTE);
    assert_eq!(queue.lease("one").await.unwrap(), None);
    let over = queue.run(&run).await.unwrap().unwrap();
    assert_eq!(
        (over.state, over.reason.as_deref(), over.not_before),
        (RunState::Cancelled, Some("cancelled"), None)
    );
}

pub(in crate::queue) async fn somebody_cancelled_it_meanwhile<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let job = lease(&queue).await;
    assert_eq!(queue.cancel(&run).await.unwrap(), Cancelled::Requested);
    queue.accept(push("2", "main", 'b')).await.unwrap();
    assert!(queue.postpone(&job.lease, SECONDS, WHY).await.unwrap());
    let over = queue.run(&run).await.unwrap().unwrap();
    assert_eq!(
        (over.state, over.reason.as_deref()),
        (RunState::Cancelled, Some("cancelled"))
    );
    let next = lease(&queue).await;
    assert_eq!(next.run.commit, "b".repeat(40));
}

pub(in crate::queue) async fn what_it_waits_for_is_back<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    queue.accept(push("2", "feature", 'b')).await.unwrap();
    queue.accept(of("acme/other", "3")).await.unwrap();
    for _ in 0..3 {
        put_off(&queue).await;
    }
    let hasten = async |scope: Scope| {
        let count = queue.hasten(&scope).await.unwrap();
        let mut begun = Vec::new();
        while let Some(job) = queue.lease("one").await.unwrap() {
            begun.push(job.run.branch);
        }
        (count, begun.len())
    };
    assert_eq!(hasten(Scope::Environment("nowhere".to_owned())).await, (0, 0));
    assert_eq!(hasten(Scope::Environment("staging".to_owned())).await, (1, 1));
    assert_eq!(hasten(Scope::Repository("acme/other".to_owned())).await, (1, 1));
    assert_eq!(hasten(Scope::All).await, (1, 1));
}

pub(in crate::queue) async fn who_lost_its_lease_puts_nothing_off<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let lost = lease(&queue).await;
    store.pass(MINUTE);
    let taken = queue.lease("two").await.unwrap().unwrap();
    assert!(!queue.postpone(&lost.lease, SECONDS, WHY).await.unwrap());
    assert_eq!(state(&queue, &run).await, RunState::Running);
    assert!(queue.finish(&taken.lease, &end(RunState::Success)).await.unwrap());
    assert!(!queue.postpone(&taken.lease, SECONDS, WHY).await.unwrap());
    assert_eq!(state(&queue, &run).await, RunState::Success);
}
