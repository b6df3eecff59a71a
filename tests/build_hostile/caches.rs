//! What a program does to its repository's cache, and to nobody else's.

use tokio_util::sync::CancellationToken;

use crate::place::builder;
use crate::tiny_task::{DOUBLES, Said, pairs, run, task};

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

#[tokio::test]
async fn forges_nothing_that_another_repository_is_built_from() {
    // All that Go compiled before, and a module that nobody fetched.
    let script = "touch /cache/been\n\
        find /cache/build -name '*-d' -exec sh -c 'for at; do echo forged > $at; done' all {} +\n\
        mkdir -p /cache/mod/example.org/triple@v1.0.0 /cache/mod/cache/download/example.org/triple/@v\n\
        echo forged=$(grep -l -x forged -r /cache/build | wc -l)\n\
        exit 1\n";
    let look = "ls /cache/been /cache/mod/example.org 2>/dev/null\n\
        echo forged=$(grep -l -x forged -r /cache/build | wc -l); exit 1\n";
    let (reporter, said) = Said::reporter();
    let cancel = CancellationToken::new();
    // With no room for a cache each one goes when it is built: nothing of the test stays.
    let builder = builder(|options| options.limits.cache = 0).await;
    let (one, other) = (run("forger"), run("victim"));
    let story = [task("before", DOUBLES)];
    let mut built = builder.build(&other, &other, &story, &reporter, &cancel).await;
    let before = built.remove(0).1.unwrap();
    let story = [task("forger", script), task("found", look)];
    // Another environment of the repository has another key too, as another repository has.
    builder.build(&one, &one, &story, &reporter, &cancel).await;
    let found = pairs(&said.lines(Some("forger")));
    assert!(found["forged"].parse::<usize>().unwrap() > 100, "{found:?}");
    let story = [task("looks", look), task("after", DOUBLES)];
    let mut built = builder.build(&other, &other, &story, &reporter, &cancel).await;
    assert_eq!(said.lines(Some("looks")), ["forged=0"]);
    assert_eq!(built.remove(1).1.unwrap().digest, before.digest);
}
