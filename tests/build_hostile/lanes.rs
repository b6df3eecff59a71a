//! What a program leaves of itself to the next task in its lane: nothing.

use std::time::Duration;

use pelato::build::{Builder, Choice, Options, Parallel};
use tokio_util::sync::CancellationToken;

use crate::place::hostile;
use crate::tiny_task::docker::{Made, containers};
use crate::tiny_task::{Said, pairs, run, task};

/// What a second task finds in the lane of a first one: its lines, and how many
/// containers there were.
async fn found_after(story: &str, first: &str, change: impl FnOnce(&mut Options)) -> (Vec<String>, usize) {
    let look = "echo processes=$(for at in /proc/[0-9]*; do [ \"$(stat -c %u $at 2>/dev/null)\" = 65532 ] && cat $at/comm; done | grep -c -x sleep)\n\
        echo uids=$(stat -c %u /proc/[0-9]* 2>/dev/null | sort -u | tr '\\n' ' ')\n\
        echo memory=$(cat /proc/sysvipc/* | wc -l)\n\
        echo files=$(find /sources /tmp /dev/mqueue -mindepth 1 | sort | tr '\\n' ' '); exit 1\n";
    let (reporter, said) = Said::reporter();
    let run = run(story);
    let builder = Builder::choose(Choice::Docker, Parallel::One, hostile(change).await, &reporter)
        .await
        .unwrap();
    builder.prepare(&reporter).await.unwrap();
    let made = Made::from_now_on().await;
    let tasks = [task("first", first), task("second", look)];
    let cancel = CancellationToken::new();
    builder.build(&run, "tests", &tasks, &reporter, &cancel).await;
    assert!(containers(&run).await.is_empty());
    (said.lines(Some("second")), made.with("pelato.run", &run).await.len())
}

/// A lane that no task went through before: as the second task sees it.
fn assert_untouched(lines: &[String]) {
    let found = pairs(lines);
    // Its own three, two of them by the names that people know.
    assert_eq!(
        found["files"].trim(),
        "/sources/go.mod gen/second/main.go tasks/double.go",
        "{lines:?}"
    );
    // Of its user the step alone.
    assert_eq!(found["processes"], "0", "{lines:?}");
    // A header for each of the three kinds.
    assert_eq!(found["memory"], "3", "{lines:?}");
    assert_eq!(found["uids"].trim(), "65532 65533", "{lines:?}");
}

#[tokio::test]
async fn leaves_no_files_to_the_next_task() {
    let script = "mkdir -p /tmp/a/b /sources/c; echo x > /tmp/a/b/x; echo x > /sources/c/x; touch /tmp/.hidden '/tmp/new\nline' /dev/mqueue/x; exit 1\n";
    let (lines, made) = found_after("files", script, |_| {}).await;
    assert_untouched(&lines);
    assert_eq!(made, 1, "the lane is good for the next task");
}

#[tokio::test]
async fn leaves_no_files_that_cannot_be_taken_away() {
    let script = "mkdir -p /tmp/shut/in; chmod 0 /tmp/shut; exit 1\n";
    let (lines, made) = found_after("shut", script, |_| {}).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
}

#[tokio::test]
async fn leaves_no_memory_that_no_process_holds() {
    let (lines, made) = found_after("memory-kept", "ipcmk -M 4096; exit 1\n", |_| {}).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
}

#[tokio::test]
async fn leaves_no_processes_to_the_next_task() {
    let script = "sleep 600 & sleep 600 > /dev/null 2>&1 & kill -9 1; exit 1\n";
    let (lines, made) = found_after("processes", script, |_| {}).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
}

#[tokio::test]
async fn leaves_no_chain_of_processes_each_gone_before_it_is_seen() {
    let script = "echo 'sh /tmp/chain & exit' > /tmp/chain; sh /tmp/chain > /dev/null 2>&1; exit 1\n";
    // Whether the engine saw one of them or not: they end before the next task begins.
    let (lines, _) = found_after("chain", script, |_| {}).await;
    assert_untouched(&lines);
}

#[tokio::test]
async fn is_gone_with_its_lane_when_it_takes_too_long() {
    let change = |options: &mut Options| options.limits.time = Duration::from_secs(2);
    let (lines, made) = found_after("late", "while :; do :; done\n", change).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
}

#[tokio::test]
async fn is_gone_with_its_lane_when_it_takes_too_much_memory() {
    let change = |options: &mut Options| options.limits.memory = 64 << 20;
    let (lines, made) = found_after("greedy", "tail /dev/zero\n", change).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
}
