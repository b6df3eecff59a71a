//! Two runners on one queue: one dies, or only stops, and the other goes on.

use pelato::queue::Queue as _;
use rustix::process::{Pid, Signal, kill_process};

use crate::gate::When;
use crate::process::Process;
use crate::tasks::Tasks;
use crate::world::{NAME, Store, World};

fn signal(runner: &Process, signal: Signal) {
    let number = Pid::from_raw(i32::try_from(runner.number()).unwrap()).unwrap();
    kill_process(number, signal).unwrap();
}

/// Stops a runner, but not while it writes: then nobody could.
async fn freeze(world: &World, runner: &Process) {
    let store = world.store().await;
    loop {
        signal(runner, Signal::STOP);
        if store.check().await.is_ok() {
            return;
        }
        signal(runner, Signal::CONT);
    }
}

/// Two runners, of which the first is sure to hold what is pushed next: the other one does
/// not come to look.
async fn pushed_to_the_first(world: &mut World, tasks: &Tasks, before: &Tasks) -> (Process, Process, String) {
    let first = world.program.start().await;
    let second = world.program.start().await;
    freeze(world, &second).await;
    let run = world.push(&first, tasks, before).await;
    (first, second, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_runner_held_another_one_ends_and_nothing_runs_twice_at_once() {
    let mut world = World::set(Store::Layout, "local").await;
    let tasks = Tasks::first();
    let mut hold = world.gate.hold(When::Asked, |asked| asked.contains("info/refs"));
    let (mut first, second, run) = pushed_to_the_first(&mut world, &tasks, &tasks).await;
    assert!(hold.came().await, "it is fetched");
    signal(&second, Signal::CONT);

    // The other one takes a delivery for the same branch, and does not begin it.
    let next = Tasks {
        turn: "known 1".to_owned(),
        ..tasks.clone()
    };
    let newer = world.push(&second, &next, &tasks).await;
    assert_eq!(world.state(&second, &newer).await, "queued");
    assert_eq!(world.state(&second, &run).await, "running");

    first.kill().await;
    drop(hold);
    let over = world.over(&second, &run).await;
    assert_eq!(over["state"], "superseded", "{over}");
    let log = world.log_of(&second, &run).await;
    assert!(log.contains("--- attempt 2 ---"), "{log}");
    let over = world.over(&second, &newer).await;
    assert_eq!(over["state"], "success", "{over}");
    assert!(!world.log_of(&second, &newer).await.contains("attempt"));

    let mut faults = world.check_answers(&next).await;
    for (_, commit) in world.accepted.clone() {
        faults.extend(world.check_statuses(&commit).await);
    }
    faults.extend(world.check_leftovers(&[&second]).await);
    faults.extend(world.check_store().await);
    assert_eq!(faults, Vec::<String>::new());
    for application in ["ask-edge", "turn-edge"] {
        assert_eq!(world.begun(application), 1, "{application}");
    }
    assert_eq!(second.stop().await, Some(0));
}

/// Nobody can tell a runner that stopped from one that is slow, until its lease runs out.
/// When it goes on it finds that the run is another one's.
#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_stood_still_does_not_go_on_with_what_another_one_took() {
    let mut world = World::set(Store::Layout, "local").await;
    let tasks = Tasks {
        ask: "stood still".to_owned(),
        ..Tasks::first()
    };
    let held = world.go.hold("before");
    let (first, second, run) = pushed_to_the_first(&mut world, &tasks, &tasks).await;
    held.came().await;
    freeze(&world, &first).await;
    signal(&second, Signal::CONT);
    let over = world.over(&second, &run).await;
    assert_eq!(over["state"], "success", "{over}");
    let log = world.log_of(&second, &run).await;
    assert!(log.contains("--- attempt 2 ---"), "{log}");

    signal(&first, Signal::CONT);
    crate::host::until("word of the lost lease", || {
        world.program.said().contains("the lease was lost")
    })
    .await;
    drop(held);
    let mut faults = world.check_leftovers(&[&first, &second]).await;
    faults.extend(world.check_answers(&tasks).await);
    faults.extend(world.check_store().await);
    let (_, commit) = world.accepted[0].clone();
    faults.extend(world.check_statuses(&commit).await);
    assert_eq!(faults, Vec::<String>::new());
    for application in ["ask-edge", "turn-edge"] {
        assert_eq!(world.begun(application), 1, "{application}");
    }
    let told = world.forge.statuses(NAME, &commit);
    let ends = told
        .iter()
        .filter(|status| status.context == "pelato" && status.state != "pending")
        .count();
    assert_eq!(ends, 1, "{told:#?}");
    assert_eq!(world.log_of(&second, &run).await.matches("run  | success").count(), 1);
    assert_eq!((first.stop().await, second.stop().await), (Some(0), Some(0)));
}
