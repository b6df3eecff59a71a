//! Holding a run.

use std::sync::Arc;
use std::time::Duration;

use super::{MINUTE, Stand, end, id, lease, limits, push, state};
use crate::queue::{Beat, Cancelled, Limits, Queue, RunState};

pub(in crate::queue) async fn one_environment_runs_one_thing_at_a_time<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let first = lease(&queue).await;
    queue.accept(push("2", "main", 'b')).await.unwrap();
    assert_eq!(queue.lease("two").await.unwrap(), None);
    queue.accept(push("3", "feature", 'c')).await.unwrap();
    assert_eq!(lease(&queue).await.run.branch, "feature");
    queue.finish(&first.lease, &end(RunState::Success)).await.unwrap();
    assert_eq!(lease(&queue).await.run.commit, "b".repeat(40));
}

pub(in crate::queue) async fn a_lease_that_runs_out_is_taken_by_another_worker<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let lost = lease(&queue).await;
    queue.accept(push("2", "main", 'b')).await.unwrap();
    store.pass(Duration::from_secs(20));
    assert_eq!(queue.heartbeat(&lost.lease).await.unwrap(), Beat::Held);
    store.pass(Duration::from_secs(20));
    assert_eq!(queue.lease("two").await.unwrap(), None);

    store.pass(MINUTE);
    let taken = queue.lease("two").await.unwrap().unwrap();
    assert_eq!((taken.run.id.clone(), taken.lease.attempt), (lost.run.id.clone(), 2));
    assert_eq!(taken.run.started_at, lost.run.started_at);
    assert_eq!(queue.heartbeat(&lost.lease).await.unwrap(), Beat::Lost);
    assert!(!queue.finish(&lost.lease, &end(RunState::Success)).await.unwrap());
    assert!(!queue.record(&lost.lease, &[]).await.unwrap());
    assert!(!queue.give_back(&lost.lease).await.unwrap());
    assert!(queue.finish(&taken.lease, &end(RunState::Failure)).await.unwrap());
    assert_eq!(state(&queue, &taken.run.id).await, RunState::Failure);
}

pub(in crate::queue) async fn what_a_dead_worker_held_is_taken_at_once<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    queue.accept(push("2", "feature", 'b')).await.unwrap();
    let lost = queue.lease("here/1").await.unwrap().unwrap();
    let held = queue.lease("there/1").await.unwrap().unwrap();
    assert_eq!(queue.abandon("elsewhere/").await.unwrap(), 0);
    assert_eq!(queue.lease("next").await.unwrap(), None);

    assert_eq!(queue.abandon("here/").await.unwrap(), 1);
    let taken = queue.lease("next").await.unwrap().unwrap();
    assert_eq!((taken.run.id.clone(), taken.lease.attempt), (lost.run.id.clone(), 2));
    assert_eq!(queue.heartbeat(&lost.lease).await.unwrap(), Beat::Lost);
    assert_eq!(queue.heartbeat(&held.lease).await.unwrap(), Beat::Held);
    assert_eq!(queue.abandon("here/").await.unwrap(), 0);
    assert!(queue.finish(&taken.lease, &end(RunState::Success)).await.unwrap());
}

pub(in crate::queue) async fn a_run_that_kills_its_worker_is_given_up_and_lets_others_pass<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let poison = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for attempt in 1..=3 {
        assert_eq!(lease(&queue).await.lease.attempt, attempt);
        store.pass(MINUTE);
    }
    queue.accept(push("2", "main", 'b')).await.unwrap();
    assert_eq!(lease(&queue).await.run.commit, "b".repeat(40));
    let run = queue.run(&poison).await.unwrap().unwrap();
    assert_eq!(run.state, RunState::Error);
    assert_eq!(run.reason.as_deref(), Some("gave up after 3 attempts"));
    assert!(run.finished_at.is_some());
}

pub(in crate::queue) async fn a_run_that_is_given_back_has_not_been_tried<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for _ in 0..5 {
        let job = lease(&queue).await;
        assert_eq!((job.run.id.as_str(), job.lease.attempt), (run.as_str(), 1));
        assert!(queue.give_back(&job.lease).await.unwrap());
    }
}

pub(in crate::queue) async fn a_run_is_cancelled_wherever_it_stands<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    assert_eq!(queue.cancel("nothing").await.unwrap(), Cancelled::Unknown);
    let queued = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    assert_eq!(queue.cancel(&queued).await.unwrap(), Cancelled::Now);
    assert_eq!(
        queue.cancel(&queued).await.unwrap(),
        Cancelled::Over(RunState::Cancelled)
    );
    assert_eq!(queue.lease("one").await.unwrap(), None);
    // Somebody pushes it again: it was never deployed.
    id(queue.accept(push("2", "main", 'a')).await.unwrap());
    let running = lease(&queue).await;
    assert_eq!(queue.cancel(&running.run.id).await.unwrap(), Cancelled::Requested);
    assert_eq!(queue.heartbeat(&running.lease).await.unwrap(), Beat::CancelRequested);
}

pub(in crate::queue) async fn two_runners_on_one_file_never_hold_the_same_run<S: Stand>() {
    let store = S::new(Limits {
        queued: 100,
        ..limits()
    });
    let (here, there) = (store.open().await, store.open().await);
    let mut accepted = Vec::new();
    for index in 0..40 {
        let queue = if index % 2 == 0 { &here } else { &there };
        let branch = format!("b{index}");
        let mut run = push(&branch, &branch, 'a');
        run.environment = branch;
        accepted.push(id(queue.accept(run).await.unwrap()));
    }
    let take = |queue: Arc<dyn Queue>, worker: String| async move {
        let mut taken = Vec::new();
        while let Some(job) = queue.lease(&worker).await.unwrap() {
            taken.push(job.run.id);
        }
        taken
    };
    let workers = (0..8).map(|index| {
        let queue = if index % 2 == 0 { &here } else { &there };
        tokio::spawn(take(Arc::clone(queue), format!("worker-{index}")))
    });
    let mut taken = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        taken.extend(worker.await.unwrap());
    }
    taken.sort();
    accepted.sort();
    assert_eq!(taken, accepted);
}
