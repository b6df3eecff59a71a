//! A worker on the real store, with handlers that behave and some that do not.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Answer, Later, Worker};
use crate::queue::{Accepted, Cancelled, Clock, Job, Limits, NewRun, Queue, Run, RunEnd, RunState, SqliteQueue};

const DEADLINE: Duration = Duration::from_secs(20);

async fn queue() -> (TempDir, Arc<SqliteQueue>) {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        lease: Duration::from_millis(600),
        ..Limits::default()
    };
    let path = folder.path().join("pelato.db");
    let queue = SqliteQueue::open(&path, limits, Clock::default()).await.unwrap();
    (folder, Arc::new(queue))
}

async fn push(queue: &SqliteQueue, branch: &str) -> String {
    let run = NewRun {
        forge: "github".to_owned(),
        repository: "acme/thermo".to_owned(),
        delivery: None,
        branch: branch.to_owned(),
        commit: "a".repeat(40),
        environment: branch.to_owned(),
        title: None,
    };
    match queue.accept(run).await.unwrap() {
        Accepted::New(id) => id,
        other => panic!("{other:?}"),
    }
}

fn end(state: RunState) -> RunEnd {
    RunEnd {
        state,
        reason: None,
        tasks: Vec::new(),
    }
}

async fn found(queue: &SqliteQueue, run: &str) -> Run {
    queue.run(run).await.unwrap().unwrap()
}

/// Waits for a condition on a run, with a deadline.
async fn until(queue: &SqliteQueue, run: &str, condition: impl Fn(&Run) -> bool) -> Run {
    tokio::time::timeout(DEADLINE, async {
        loop {
            let run = found(queue, run).await;
            if condition(&run) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap()
}

/// A handler that tells when it begins and then waits to be stopped.
fn patient(
    began: mpsc::UnboundedSender<String>,
) -> impl Fn(Job, CancellationToken) -> std::pin::Pin<Box<dyn Future<Output = RunEnd> + Send>> {
    move |job, stop| {
        let began = began.clone();
        Box::pin(async move {
            began.send(job.run.id).unwrap();
            stop.cancelled().await;
            end(RunState::Cancelled)
        })
    }
}

#[tokio::test]
async fn a_step_works_off_one_run_and_says_when_there_is_none() {
    let (_folder, queue) = queue().await;
    let run = push(&queue, "main").await;
    let worker = Worker::new(Arc::clone(&queue) as _, |_, _| async { end(RunState::Success) });
    assert!(worker.step().await.unwrap());
    assert!(!worker.step().await.unwrap());
    assert_eq!(found(&queue, &run).await.state, RunState::Success);
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_run_and_no_other() {
    let (_folder, queue) = queue().await;
    let bad = push(&queue, "bad").await;
    let good = push(&queue, "good").await;
    let worker = Worker::new(Arc::clone(&queue) as _, |job: Job, _| async move {
        assert_ne!(job.run.branch, "bad", "password hunter2");
        end(RunState::Success)
    });
    while worker.step().await.unwrap() {}
    let bad = found(&queue, &bad).await;
    assert_eq!(bad.state, RunState::Error);
    insta::assert_snapshot!(bad.reason.unwrap(), @"the runner failed in the middle of this run; its own log has the reason");
    assert_eq!(found(&queue, &good).await.state, RunState::Success);
}

#[tokio::test]
async fn a_long_run_keeps_its_lease() {
    let (_folder, queue) = queue().await;
    let run = push(&queue, "main").await;
    let (go_on, gate) = tokio::sync::watch::channel(false);
    let worker = Worker::new(Arc::clone(&queue) as _, move |_, _| {
        let mut gate = gate.clone();
        async move {
            gate.wait_for(|open| *open).await.unwrap();
            end(RunState::Success)
        }
    });
    let step = tokio::spawn(async move { worker.step().await.unwrap() });
    until(&queue, &run, |run| run.state == RunState::Running).await;
    // Many leases' time goes by, and nobody else gets the run.
    let other = Worker::new(Arc::clone(&queue) as _, |_, _| async { end(RunState::Failure) });
    for _ in 0..20 {
        assert!(!other.step().await.unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    go_on.send(true).unwrap();
    assert!(step.await.unwrap());
    assert_eq!(found(&queue, &run).await.state, RunState::Success);
}

#[tokio::test]
async fn a_cancelled_run_is_asked_to_stop() {
    let (_folder, queue) = queue().await;
    let run = push(&queue, "main").await;
    let (began, mut begun) = mpsc::unbounded_channel();
    let worker = Worker::new(Arc::clone(&queue) as _, patient(began));
    let step = tokio::spawn(async move { worker.step().await.unwrap() });
    begun.recv().await.unwrap();
    assert_eq!(queue.cancel(&run).await.unwrap(), Cancelled::Requested);
    assert!(tokio::time::timeout(DEADLINE, step).await.unwrap().unwrap());
    assert_eq!(found(&queue, &run).await.state, RunState::Cancelled);
}

#[tokio::test]
async fn a_shutdown_gives_the_run_back_for_the_next_start() {
    let (_folder, queue) = queue().await;
    let run = push(&queue, "main").await;
    let (began, mut begun) = mpsc::unbounded_channel();
    let shutdown = CancellationToken::new();
    let worker = Worker::new(Arc::clone(&queue) as _, patient(began)).with_grace(Duration::from_millis(1));
    let working = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { worker.run(shutdown).await }
    });
    begun.recv().await.unwrap();
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, working).await.unwrap().unwrap();
    let given_back = found(&queue, &run).await;
    assert_eq!((given_back.state, given_back.attempts), (RunState::Queued, 0));
}

#[tokio::test]
async fn a_worker_wakes_for_what_is_accepted_while_it_waits() {
    let (_folder, queue) = queue().await;
    let shutdown = CancellationToken::new();
    let worker = Worker::new(Arc::clone(&queue) as _, |_, _| async { end(RunState::Success) });
    let working = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { worker.run(shutdown).await }
    });
    for branch in ["a", "b", "c"] {
        let run = push(&queue, branch).await;
        until(&queue, &run, |run| run.state == RunState::Success).await;
    }
    shutdown.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn a_run_that_waits_holds_no_worker_and_goes_on_by_itself() {
    use std::sync::atomic::{AtomicU32, Ordering};

    let (_folder, queue) = queue().await;
    let waits = push(&queue, "waits").await;
    let shutdown = CancellationToken::new();
    let tries = Arc::new(AtomicU32::new(0));
    let worker = Worker::new(Arc::clone(&queue) as _, {
        let tries = Arc::clone(&tries);
        move |job: Job, _| {
            let tries = Arc::clone(&tries);
            async move {
                if job.run.branch == "other" || tries.fetch_add(1, Ordering::SeqCst) >= 5 {
                    return Answer::from(end(RunState::Success));
                }
                Answer::Later(Later {
                    after: Duration::from_millis(50),
                    reason: "it is away".to_owned(),
                })
            }
        }
    });
    let working = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { worker.run(shutdown).await }
    });
    until(&queue, &waits, |run| run.postponed > 0).await;
    let other = push(&queue, "other").await;
    until(&queue, &other, |run| run.state == RunState::Success).await;
    let ended = until(&queue, &waits, |run| run.state == RunState::Success).await;
    assert_eq!((ended.postponed, ended.attempts), (5, 1));
    let log = queue.log(&waits, None).await.unwrap().unwrap();
    assert!(log.contains("--- attempt 6 ---"), "{log}");
    shutdown.cancel();
    working.await.unwrap();
}
