//! What a program in a step may take of time, memory, processes and words.

use std::time::Duration;

use pelato::build::{BuildError, Options};

use crate::place::lines_of;

#[tokio::test]
async fn cannot_run_for_ever() {
    let change = |options: &mut Options| options.limits.time = Duration::from_secs(2);
    let (_, answer) = lines_of("for-ever", "while :; do :; done\n", change).await;
    insta::assert_snapshot!(
        answer.unwrap_err(),
        @"building `double` took longer than 2 s and was stopped; look for giant constants or generated code in it"
    );
}

#[tokio::test]
async fn cannot_take_all_memory() {
    let change = |options: &mut Options| options.limits.memory = 64 << 20;
    let (_, answer) = lines_of("memory", "tail /dev/zero\n", change).await;
    insta::assert_snapshot!(
        answer.unwrap_err(),
        @"building `double` took more than the 64 MiB of memory that a build may have; look for giant constants, embedded files or generated code in it"
    );
}

#[tokio::test]
async fn cannot_flood_the_log_or_the_result() {
    let change = |options: &mut Options| options.limits.log = 4096;
    let (lines, answer) = lines_of("log", "yes 0123456789 | head -c 60K; exit 1\n", change).await;
    assert!(matches!(answer, Err(BuildError::Compile { .. })));
    assert_eq!(lines.last().unwrap(), "… the rest is left out: the output passed 4 KiB");
    assert!(lines.len() < 400, "{}", lines.len());
    let change = |options: &mut Options| options.limits.module = 1 << 20;
    let (_, answer) = lines_of("result", "head -c 2M /dev/zero > /tmp/core.wasm\n", change).await;
    insta::assert_snapshot!(
        answer.unwrap_err(),
        @"the module of `double` is larger than the 1 MiB that are taken; embed less in it"
    );
}

#[tokio::test]
async fn cannot_speak_to_the_terminal() {
    let script = "printf '\\033]0;owned\\007\\033[2Jred\\rblue\\n'; exit 1\n";
    let (lines, _) = lines_of("escape", script, |_| {}).await;
    assert_eq!(lines, ["redblue"]);
}

#[tokio::test]
async fn cannot_fork_without_end() {
    let script = "i=0; while [ $i -lt 1000 ]; do sleep 60 & i=$((i+1)); done; echo all=$i\n";
    let (lines, answer) = lines_of("fork", script, |_| {}).await;
    insta::assert_snapshot!(answer.unwrap_err(), @"");
    assert!(!lines.iter().any(|line| line.starts_with("all=")), "{lines:?}");
}

#[tokio::test]
async fn cannot_bring_its_lane_to_a_standstill_by_forking() {
    // Each begins two more, and none of them minds being refused one.
    let bomb =
        "echo 'while :; do sh /tmp/bomb 2>/dev/null & sh /tmp/bomb 2>/dev/null; done' > /tmp/bomb; sh /tmp/bomb\n";
    let change = |options: &mut Options| options.limits.time = Duration::from_secs(60);
    let (_, answer) = lines_of("bomb", bomb, change).await;
    assert!(matches!(answer, Err(BuildError::TooManyProcesses { .. })), "{answer:?}");
}

#[tokio::test]
async fn cannot_talk_without_end() {
    let change = |options: &mut Options| options.limits.log = 64 << 10;
    let (lines, answer) = lines_of("talk", "yes 0123456789\n", change).await;
    insta::assert_snapshot!(answer.unwrap_err(), @"");
    assert!(lines.len() < 2000, "{}", lines.len());
    // Nor by lines of nothing, nor by one that has no end.
    let (lines, answer) = lines_of("blank", "yes ''\n", change).await;
    assert!(matches!(answer, Err(BuildError::TooMuchOutput { .. })), "{answer:?}");
    assert!(lines.len() < 4, "{lines:?}");
    let (lines, answer) = lines_of("endless", "tr '\\0' x < /dev/zero\n", change).await;
    assert!(matches!(answer, Err(BuildError::TooMuchOutput { .. })), "{answer:?}");
    let bytes: usize = lines.iter().map(String::len).sum();
    assert!(bytes < 80 << 10, "{bytes}");
}
