//! What is kept of what is over.

use std::sync::Arc;
use std::time::Duration;

use super::{Stand, end, id, lease, limits, push, state};
use crate::queue::{Accepted, Filter, Keep, Queue, RunState, Tidied};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn all() -> Keep {
    Keep {
        runs: 90 * DAY,
        logs: 30 * DAY,
        size: u64::MAX,
    }
}

/// Tidies until there is nothing left to do: how many runs and logs went.
async fn tidy(queue: &Arc<dyn Queue>, keep: &Keep) -> (u64, u64) {
    let mut sum = Tidied::default();
    loop {
        let step = queue.tidy(keep).await.unwrap();
        sum.runs += step.runs;
        sum.logs += step.logs;
        if !step.more {
            return (sum.runs, sum.logs);
        }
    }
}

/// A run that ended, with a log.
async fn over(queue: &Arc<dyn Queue>, delivery: &str, branch: &str, commit: char) -> String {
    let run = id(queue.accept(push(delivery, branch, commit)).await.unwrap());
    let job = lease(queue).await;
    assert_eq!(job.run.id, run);
    queue.append_log(&run, "it ran\n").await.unwrap();
    queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
    run
}

pub(in crate::queue) async fn logs_and_runs_go_by_age<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let old = over(&queue, "1", "main", 'a').await;
    store.pass(20 * DAY);
    let newer = over(&queue, "2", "main", 'b').await;
    assert_eq!(tidy(&queue, &all()).await, (0, 0));
    store.pass(15 * DAY);
    assert_eq!(tidy(&queue, &all()).await, (0, 1));
    let log = queue.log(&old, None).await.unwrap().unwrap();
    assert_eq!(
        log,
        "[the log was removed: runner.yaml's `retention` says how long logs are kept]\n"
    );
    assert_eq!(queue.log(&newer, None).await.unwrap().as_deref(), Some("it ran\n"));
    store.pass(60 * DAY);
    assert_eq!(tidy(&queue, &all()).await, (1, 1));
    assert_eq!(queue.run(&old).await.unwrap(), None);
    assert_eq!(queue.log(&old, None).await.unwrap(), None);
    assert_eq!(tidy(&queue, &all()).await, (0, 0));
}

pub(in crate::queue) async fn the_latest_run_of_a_branch_stays_so_that_a_replay_is_known<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = over(&queue, "1", "main", 'a').await;
    store.pass(1000 * DAY);
    assert_eq!(tidy(&queue, &all()).await, (0, 1));
    for delivery in ["1", "replayed"] {
        let again = queue.accept(push(delivery, "main", 'a')).await.unwrap();
        assert_eq!(again, Accepted::Duplicate(run.clone()));
    }
}

pub(in crate::queue) async fn what_waits_or_runs_is_never_tidied<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let running = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let job = lease(&queue).await;
    queue.append_log(&running, "it runs\n").await.unwrap();
    let passed = id(queue.accept(push("2", "main", 'b')).await.unwrap());
    let waiting = id(queue.accept(push("3", "main", 'c')).await.unwrap());
    store.pass(1000 * DAY);
    let nothing = Keep {
        runs: Duration::ZERO,
        logs: Duration::ZERO,
        size: 0,
    };
    // What was superseded is over.
    assert_eq!(tidy(&queue, &nothing).await, (1, 0));
    assert_eq!(queue.run(&passed).await.unwrap(), None);
    assert_eq!(queue.log(&running, None).await.unwrap().as_deref(), Some("it runs\n"));
    assert_eq!(state(&queue, &waiting).await, RunState::Queued);
    queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
    let job = lease(&queue).await;
    queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
    // Then all goes but the branch's latest.
    assert_eq!(tidy(&queue, &nothing).await, (1, 0));
    let left = queue.runs(&Filter::default()).await.unwrap().runs;
    assert_eq!(left.into_iter().map(|run| run.id).collect::<Vec<_>>(), [waiting]);
}

pub(in crate::queue) async fn past_the_size_the_oldest_logs_go_first<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let old = over(&queue, "1", "main", 'a').await;
    let new = over(&queue, "2", "main", 'b').await;
    let nothing = Keep { size: 0, ..all() };
    assert_eq!(queue.tidy(&nothing).await.unwrap().logs, 2);
    let kept = queue.runs(&Filter::default()).await.unwrap().runs.len();
    assert_eq!(kept, 2);
    assert_eq!(tidy(&queue, &nothing).await, (1, 0));
    assert_eq!(queue.run(&old).await.unwrap(), None);
    assert_eq!(state(&queue, &new).await, RunState::Success);
}
