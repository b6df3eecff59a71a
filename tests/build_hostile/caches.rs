//! What a program does to its repository's cache, and to nobody else's.

use tokio_util::sync::CancellationToken;

use crate::place::builder;
use crate::tiny_task::{Said, run, task};

#[tokio::test]
async fn finds_a_fresh_cache_when_it_filled_the_last_one() {
    let script = "echo before=$(ls /cache | grep -c big); head -c 2M /dev/zero > /cache/big; echo > /tmp/core.wasm\n";
    let (reporter, said) = Said::reporter();
    let builder = builder(|options| options.limits.cache = 1 << 20).await;
    let run = run("grown");
    for _ in 0..2 {
        let tasks = [task("double", script)];
        builder
            .build(&run, &run, &tasks, &reporter, &CancellationToken::new())
            .await;
    }
    assert_eq!(said.lines(Some("double")), ["before=0", "before=0"]);
}

#[tokio::test]
async fn goes_first_and_alone_on_a_cache_that_is_new() {
    let script = "[ -e /cache/been ] && echo after || echo first; touch /cache/been; echo > /tmp/core.wasm\n";
    let (reporter, said) = Said::reporter();
    let builder = builder(|options| options.limits.cache = 0).await;
    let run = run("alone");
    let tasks: Vec<_> = (0..4).map(|n| task(&format!("task{n}"), script)).collect();
    builder
        .build(&run, &run, &tasks, &reporter, &CancellationToken::new())
        .await;
    let mut words: Vec<_> = (0..4).flat_map(|n| said.lines(Some(&format!("task{n}")))).collect();
    words.sort();
    assert_eq!(words, ["after", "after", "after", "first"]);
}
