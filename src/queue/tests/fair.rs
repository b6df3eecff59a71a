//! Whose turn it is.

use std::sync::Arc;

use super::{MINUTE, Stand, end, id, lease, limits, push};
use crate::queue::{Limits, NewRun, Queue, RunState};

/// A run that is serial with nothing else of its repository.
fn of(repository: &str, index: usize) -> NewRun {
    let name = format!("b{index}");
    NewRun {
        repository: repository.to_owned(),
        environment: name.clone(),
        ..push(&format!("{repository}-{index}"), &name, 'a')
    }
}

fn room() -> Limits {
    Limits {
        queued: 1000,
        ..limits()
    }
}

/// Works off so many runs, and says whose they were.
async fn whose(queue: &Arc<dyn Queue>, count: usize) -> Vec<String> {
    let mut whose = Vec::new();
    for _ in 0..count {
        let job = lease(queue).await;
        queue.finish(&job.lease, &end(RunState::Success)).await.unwrap();
        whose.push(job.run.repository);
    }
    whose
}

pub(in crate::queue) async fn five_hundred_runs_of_one_repository_do_not_keep_another_waiting<S: Stand>() {
    let store = S::new(room());
    let queue = store.open().await;
    for index in 0..500 {
        id(queue.accept(of("acme/busy", index)).await.unwrap());
    }
    assert_eq!(whose(&queue, 2).await, ["acme/busy", "acme/busy"]);
    id(queue.accept(of("acme/quiet", 0)).await.unwrap());
    assert_eq!(whose(&queue, 2).await, ["acme/quiet", "acme/busy"]);
}

pub(in crate::queue) async fn repositories_take_turns<S: Stand>() {
    let store = S::new(room());
    let queue = store.open().await;
    for (repository, count) in [("acme/a", 4), ("acme/b", 2), ("acme/c", 1)] {
        for index in 0..count {
            id(queue.accept(of(repository, index)).await.unwrap());
        }
    }
    let turns = whose(&queue, 7).await;
    assert_eq!(
        turns,
        ["acme/a", "acme/b", "acme/c", "acme/a", "acme/b", "acme/a", "acme/a"]
    );
    // Whose turns they were outlives a restart.
    for (repository, index) in [("acme/a", 10), ("acme/b", 10), ("acme/c", 10)] {
        id(queue.accept(of(repository, index)).await.unwrap());
    }
    drop(queue);
    assert_eq!(whose(&store.open().await, 3).await, ["acme/c", "acme/b", "acme/a"]);
}

pub(in crate::queue) async fn a_turn_that_was_given_back_is_not_lost<S: Stand>() {
    let store = S::new(room());
    let queue = store.open().await;
    id(queue.accept(of("acme/a", 0)).await.unwrap());
    let job = lease(&queue).await;
    assert!(queue.give_back(&job.lease).await.unwrap());
    assert_eq!(lease(&queue).await.run.id, job.run.id);
    store.pass(MINUTE);
    // A worker died with it: it comes before all others.
    id(queue.accept(of("acme/b", 0)).await.unwrap());
    assert_eq!(lease(&queue).await.run.id, job.run.id);
}
