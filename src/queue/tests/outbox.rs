//! What forges are to be told.

use std::sync::Arc;
use std::time::Duration;

use super::{MINUTE, Stand, end, id, lease, limits, push};
use crate::queue::{Lease, Limits, Next, Outbox, RunState, Sent, Status};
use crate::report::TaskState;

fn status(context: &str, state: TaskState, description: &str) -> Status {
    Status {
        context: context.to_owned(),
        state,
        description: description.to_owned(),
    }
}

async fn announce(outbox: &Arc<dyn Outbox>, lease: &Lease, context: &str, state: TaskState, text: &str) {
    assert!(outbox.announce(lease, &[status(context, state, text)]).await.unwrap());
}

/// Sends all that may be sent: `repository commit context: state, description`.
async fn send(outbox: &Arc<dyn Outbox>) -> String {
    let mut sent = String::new();
    while let Next::Now(due) = outbox.take().await.unwrap() {
        let Status {
            context,
            state,
            description,
        } = due.status;
        let commit = &due.commit[..1];
        sent += &format!(
            "{} {commit} {context}: {}, {description}\n",
            due.repository,
            state.as_str()
        );
        outbox.settle(due.number, &Sent::Taken).await.unwrap();
    }
    sent
}

pub(in crate::queue) async fn statuses_are_sent_in_order_and_once_for_each_change<S: Stand>() {
    let store = S::new(limits());
    let (queue, outbox) = store.both().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let held = lease(&queue).await.lease;
    announce(&outbox, &held, "pelato", TaskState::Pending, "running").await;
    announce(&outbox, &held, "pelato/x", TaskState::Pending, "new").await;
    // A second attempt says the same again.
    announce(&outbox, &held, "pelato", TaskState::Pending, "running").await;
    assert_eq!(outbox.open(&held.run).await.unwrap(), ["pelato", "pelato/x"]);
    announce(&outbox, &held, "pelato/x", TaskState::Success, "runs").await;
    assert_eq!(outbox.open(&held.run).await.unwrap(), ["pelato"]);
    assert!(queue.finish(&held, &end(RunState::Success)).await.unwrap());
    insta::assert_snapshot!(send(&outbox).await, @"
    acme/thermo a pelato: pending, running
    acme/thermo a pelato/x: pending, new
    acme/thermo a pelato/x: success, runs
    acme/thermo a pelato: success, success
    ");
    assert_eq!(outbox.take().await.unwrap(), Next::Nothing);
}

pub(in crate::queue) async fn whoever_ends_a_run_its_commit_is_told<S: Stand>() {
    let store = S::new(Limits {
        queued: 100,
        ..limits()
    });
    let (queue, outbox) = store.both().await;
    let never_begun = push("1", "main", 'a');
    queue.accept(never_begun).await.unwrap();
    queue.accept(push("2", "main", 'b')).await.unwrap();
    let cancelled = id(queue.accept(push("3", "feature", 'c')).await.unwrap());
    queue.cancel(&cancelled).await.unwrap();
    // It is begun, tells of a task, and kills its worker each time.
    for _ in 0..3 {
        let held = lease(&queue).await.lease;
        announce(&outbox, &held, "pelato", TaskState::Pending, "running").await;
        announce(&outbox, &held, "pelato/x", TaskState::Pending, "new").await;
        store.pass(MINUTE);
    }
    assert_eq!(queue.lease("one").await.unwrap(), None);
    insta::assert_snapshot!(send(&outbox).await, @"
    acme/thermo a pelato: error, superseded: a newer head of the branch came: bbbbbbbbbbbb
    acme/thermo c pelato: error, cancelled before it began
    acme/thermo b pelato: pending, running
    acme/thermo b pelato/x: pending, new
    acme/thermo b pelato/x: error, the run ended: gave up after 3 attempts
    acme/thermo b pelato: error, gave up after 3 attempts
    ");
}

pub(in crate::queue) async fn one_that_waits_holds_up_its_repository_alone<S: Stand>() {
    let store = S::new(limits());
    let (queue, outbox) = store.both().await;
    for (delivery, repository) in [("1", "acme/slow"), ("2", "acme/well")] {
        let mut run = push(delivery, "main", 'a');
        run.repository = repository.to_owned();
        queue.accept(run).await.unwrap();
        let held = lease(&queue).await.lease;
        announce(&outbox, &held, "pelato", TaskState::Pending, "running").await;
        assert!(queue.finish(&held, &end(RunState::Failure)).await.unwrap());
    }
    let Next::Now(slow) = outbox.take().await.unwrap() else {
        panic!("there is one")
    };
    assert_eq!((slow.repository.as_str(), slow.tries), ("acme/slow", 0));
    outbox.settle(slow.number, &Sent::Later(MINUTE)).await.unwrap();
    insta::assert_snapshot!(send(&outbox).await, @"
    acme/well a pelato: pending, running
    acme/well a pelato: failure, failure
    ");
    assert_eq!(outbox.take().await.unwrap(), Next::In(MINUTE));
    // A restart does not forget what the forge asked for.
    let (_, outbox) = store.both().await;
    store.pass(Duration::from_secs(59));
    assert_eq!(outbox.take().await.unwrap(), Next::In(Duration::from_secs(1)));
    store.pass(Duration::from_secs(1));
    insta::assert_snapshot!(send(&outbox).await, @"
    acme/slow a pelato: pending, running
    acme/slow a pelato: failure, failure
    ");
}

pub(in crate::queue) async fn one_whose_sender_died_is_sent_again<S: Stand>() {
    let store = S::new(limits());
    let (queue, outbox) = store.both().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    queue.cancel(&run).await.unwrap();
    let Next::Now(due) = outbox.take().await.unwrap() else {
        panic!("there is one")
    };
    // Another process does not send it too.
    let (_, other) = store.both().await;
    assert!(matches!(other.take().await.unwrap(), Next::In(_)));
    store.pass(MINUTE);
    let Next::Now(again) = other.take().await.unwrap() else {
        panic!("it is still there")
    };
    assert_eq!((again.number, again.tries), (due.number, 1));
    other
        .settle(again.number, &Sent::Refused("no such commit".into()))
        .await
        .unwrap();
    assert_eq!(other.take().await.unwrap(), Next::Nothing);
}

pub(in crate::queue) async fn what_the_dead_were_sending_is_sent_at_once<S: Stand>() {
    let store = S::new(limits());
    let (queue, outbox) = store.both().await;
    for (delivery, branch) in [("1", "main"), ("2", "feature")] {
        let run = id(queue.accept(push(delivery, branch, 'a')).await.unwrap());
        queue.cancel(&run).await.unwrap();
    }
    let Next::Now(due) = outbox.take().await.unwrap() else {
        panic!("there is one")
    };
    assert!(matches!(outbox.take().await.unwrap(), Next::In(_)));
    assert_eq!(outbox.take_back().await.unwrap(), 1);
    let Next::Now(again) = outbox.take().await.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(again.number, due.number);
    // What the forge asked to wait for is waited for.
    outbox.settle(again.number, &Sent::Later(MINUTE)).await.unwrap();
    assert_eq!(outbox.take_back().await.unwrap(), 0);
    assert!(matches!(outbox.take().await.unwrap(), Next::In(_)));
}

pub(in crate::queue) async fn who_lost_a_run_announces_nothing<S: Stand>() {
    let store = S::new(limits());
    let (queue, outbox) = store.both().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let lost = lease(&queue).await.lease;
    store.pass(MINUTE);
    let taken = queue.lease("two").await.unwrap().unwrap().lease;
    let late = [status("pelato/x", TaskState::Success, "runs")];
    assert!(!outbox.announce(&lost, &late).await.unwrap());
    assert!(queue.finish(&taken, &end(RunState::Failure)).await.unwrap());
    assert!(!outbox.announce(&taken, &late).await.unwrap());
    insta::assert_snapshot!(send(&outbox).await, @"acme/thermo a pelato: failure, failure");
}

pub(in crate::queue) async fn where_nobody_can_be_told_nothing_is_kept<S: Stand>() {
    let store = S::new(Limits {
        queued: 100,
        ..limits()
    });
    let (queue, outbox) = store.both().await;
    let cancelled = async |delivery: &str, repository: &str| {
        let mut run = push(delivery, delivery, 'a');
        run.repository = repository.to_owned();
        let run = id(queue.accept(run).await.unwrap());
        queue.cancel(&run).await.unwrap();
    };
    cancelled("1", "acme/mute").await;
    outbox
        .mute(&[("gitea".to_owned(), "acme/mute".to_owned())])
        .await
        .unwrap();
    cancelled("2", "acme/mute").await;
    cancelled("3", "acme/well").await;
    let mut begun = push("4", "4", 'a');
    begun.repository = "acme/mute".to_owned();
    queue.accept(begun).await.unwrap();
    let held = lease(&queue).await.lease;
    announce(&outbox, &held, "pelato", TaskState::Pending, "running").await;
    assert!(queue.finish(&held, &end(RunState::Success)).await.unwrap());
    insta::assert_snapshot!(send(&outbox).await, @"acme/well a pelato: error, cancelled before it began");
    // A token that comes later tells nothing of what is long over.
    outbox.mute(&[]).await.unwrap();
    assert_eq!(outbox.take().await.unwrap(), Next::Nothing);
    cancelled("5", "acme/mute").await;
    insta::assert_snapshot!(send(&outbox).await, @"acme/mute a pelato: error, cancelled before it began");
}
