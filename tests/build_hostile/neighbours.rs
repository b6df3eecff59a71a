//! What a hostile task does to the others of its run: nothing.

use std::time::Duration;

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

use crate::place::hostile;
use crate::tiny_task::docker::containers;
use crate::tiny_task::{DOUBLES, run, task};

/// What comes of a hostile task between innocent ones, two at a time. Those come to the
/// same component as in a run of their own.
async fn beside_others(cache: &str, story: &str, script: &str, change: impl FnOnce(&mut Options)) -> BuildError {
    let reporter = Reporter::default();
    let cancel = CancellationToken::new();
    let builder = Builder::choose(Choice::Docker, Parallel::At(2), hostile(change).await, &reporter)
        .await
        .unwrap();
    let (own, of_all) = (run(&format!("{story}-own")), run(&format!("{story}-all")));
    let alone = builder
        .build(&own, "tests", &[task("alone", DOUBLES)], &reporter, &cancel)
        .await;
    let alone = alone[0].1.as_ref().unwrap().digest.clone();
    let tasks = [
        task("before", DOUBLES),
        task("hostile", script),
        task("beside", DOUBLES),
        task("after", DOUBLES),
        task("last", DOUBLES),
    ];
    let mut built = builder.build(&of_all, cache, &tasks, &reporter, &cancel).await;
    assert!(containers(&of_all).await.is_empty());
    let (_, hostile) = built.remove(1);
    for (name, answer) in built {
        let component = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(component.digest, alone, "{name}");
    }
    let error = hostile.unwrap_err();
    assert!(error.is_the_tasks(), "{error}");
    error
}

#[tokio::test]
async fn a_fork_bomb_hurts_itself_alone() {
    let script = "i=0; while :; do sleep 60 & i=$((i+1)); done\n";
    let error = beside_others("tests", "bomb-beside", script, |_| {}).await;
    assert!(matches!(error, BuildError::TooManyProcesses { .. }), "{error}");
}

#[tokio::test]
async fn a_disk_filler_hurts_itself_alone() {
    let change = |options: &mut Options| {
        options.limits.cache = 768 << 20;
        options.limits.overrun = 64 << 20;
    };
    let script = "i=0; while :; do head -c 32M /dev/zero > /cache/big$i; i=$((i+1)); done\n";
    let error = beside_others("filler-beside", "filler-beside", script, change).await;
    assert!(matches!(error, BuildError::CacheTooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_memory_hog_hurts_itself_alone() {
    let change = |options: &mut Options| options.limits.memory = 768 << 20;
    let error = beside_others("tests", "hog-beside", "tail /dev/zero\n", change).await;
    assert!(matches!(error, BuildError::OutOfMemory { .. }), "{error}");
}

#[tokio::test]
async fn an_endless_loop_hurts_itself_alone() {
    let change = |options: &mut Options| options.limits.time = Duration::from_secs(30);
    let error = beside_others("tests", "loop-beside", "while :; do :; done\n", change).await;
    assert!(matches!(error, BuildError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_flood_of_words_hurts_itself_alone() {
    let error = beside_others("tests", "flood-beside", "yes\n", |_| {}).await;
    assert!(matches!(error, BuildError::TooMuchOutput { .. }), "{error}");
}
