//! A program that does not end by itself is gone when its run is.

use pelato::build::BuildError;
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

use crate::place::builder;
use crate::tiny_task::docker::{build_one, containers, until_containers};
use crate::tiny_task::{run, task};

#[tokio::test]
async fn is_gone_when_the_run_is_cancelled() {
    let run = run("cancelled");
    let (builder, cancel) = (builder(|_| {}).await, CancellationToken::new());
    let tasks = [
        task("double", "while :; do sleep 1; done\n"),
        task("other", "while :; do sleep 1; done\n"),
    ];
    let reporter = Reporter::default();
    let building = builder.build(&run, "tests", &tasks, &reporter, &cancel);
    let cancelling = async {
        until_containers(&run, true).await;
        cancel.cancel();
    };
    let (built, ()) = tokio::join!(building, cancelling);
    assert!(containers(&run).await.is_empty());
    assert!(
        built
            .iter()
            .all(|(_, answer)| matches!(answer, Err(BuildError::Cancelled { .. }))),
        "{built:?}"
    );
}

#[tokio::test]
async fn is_gone_when_nobody_waits_any_more() {
    let run = run("dropped");
    let builder = builder(|_| {}).await;
    let task = task("double", "while :; do sleep 1; done\n");
    let reporter = Reporter::default();
    tokio::select! {
        _ = build_one(&builder, &run, task, &reporter) => panic!("it has no end"),
        () = until_containers(&run, true) => {}
    }
    until_containers(&run, false).await;
}
