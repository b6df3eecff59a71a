//! A hostile program in the step's place, under exactly the options that a task
//! gets: a base image whose `go` runs the author's file as a shell script.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

use std::time::Duration;

use futures_util::StreamExt;
use pelato::build::{BuildError, Builder, Choice, Component, Options, Parallel};
use pelato::report::Reporter;
use tiny_task::docker::{Made, build_one, containers, docker, engine, until_containers};
use tiny_task::{Said, options, pairs, run, task};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

const GO: &str = "#!/bin/sh\n\
    case \"$1\" in\n\
    env) echo \"go$GOLANG_VERSION\" ;;\n\
    *) if [ -e /sources/task.go ]; then exec sh /sources/task.go \"$1\"; fi; touch /tmp/core.wasm ;;\n\
    esac\n";

async fn builder(change: impl FnOnce(&mut Options)) -> Builder {
    docker(hostile(change).await).await
}

async fn hostile(change: impl FnOnce(&mut Options)) -> Options {
    static BASE: OnceCell<String> = OnceCell::const_new();
    let base = BASE.get_or_init(|| async {
        let engine = engine().await;
        let dockerfile = format!(
            "FROM {}\nCOPY go /usr/local/go/bin/go\nRUN chmod 0755 /usr/local/go/bin/go\n",
            options().go_image
        );
        let mut context = tar::Builder::new(Vec::new());
        for (path, text) in [("Dockerfile", dockerfile.as_str()), ("go", GO)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o755);
            context.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        let tag = "pelato-test-hostile:1".to_owned();
        let build = bollard::query_parameters::BuildImageOptionsBuilder::default()
            .t(&tag)
            .rm(true)
            .build();
        let body = bollard::body_full(context.into_inner().unwrap().into());
        let answers: Vec<_> = engine.build_image(build, None, Some(body)).collect().await;
        for answer in answers {
            answer.unwrap();
        }
        tag
    });
    let mut options = Options {
        go_image: base.await.clone(),
        ..options()
    };
    change(&mut options);
    options
}

/// What a second task finds in the lane of a first one: its lines, and how many
/// containers there were.
async fn found_after(story: &str, first: &str, change: impl FnOnce(&mut Options)) -> (Vec<String>, usize) {
    let look = "echo sleepers=$(cat /proc/[0-9]*/comm | grep -c sleep); echo uids=$(stat -c %u /proc/[0-9]* | sort -u | tr '\\n' ' ')\n\
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

async fn lines_of(
    story: &str,
    script: &str,
    change: impl FnOnce(&mut Options),
) -> (Vec<String>, Result<Component, BuildError>) {
    let (reporter, said) = Said::reporter();
    let run = run(story);
    let answer = build_one(&builder(change).await, &run, task("double", script), &reporter).await;
    assert!(containers(&run).await.is_empty());
    (said.lines(Some("double")), answer)
}

#[tokio::test]
async fn finds_no_credential_and_no_way_to_one() {
    // Cargo sets this for every test, as an operator sets REGISTRY_PASSWORD.
    assert!(std::env::var("CARGO_PKG_NAME").is_ok());
    let (lines, _) = lines_of("environment", "env; exit 1\n", |_| {}).await;
    let names: Vec<_> = pairs(&lines).into_keys().collect();
    assert_eq!(
        names,
        [
            "CGO_ENABLED",
            "GOARCH",
            "GOCACHE",
            "GOENV",
            "GOLANG_VERSION",
            "GOMODCACHE",
            "GOOS",
            "GOPATH",
            "GOPROXY",
            "GOSUMDB",
            "GOTMPDIR",
            "GOTOOLCHAIN",
            "GOVCS",
            "GOWORK",
            "HOME",
            "HOSTNAME",
            "OLDPWD",
            "PATH",
            "PWD",
        ]
    );
    let script = "for at in /var/run/docker.sock /run/docker.sock; do ls $at; done\n\
        grep -v -e overlay -e tmpfs -e proc -e sysfs -e cgroup -e mqueue -e devpts /proc/mounts | cut -d' ' -f2\n\
        echo end\nexit 1\n";
    let (lines, _) = lines_of("mounts", script, |_| {}).await;
    let mounted: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with('/'))
        .map(String::as_str)
        .collect();
    let harmless = ["/cache", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
    assert!(mounted.contains(&"/cache"), "{lines:?}");
    assert!(mounted.iter().all(|mount| harmless.contains(mount)), "{lines:?}");
    assert_eq!(
        lines.iter().filter(|line| line.contains("cannot access")).count(),
        2,
        "{lines:?}"
    );
}

#[tokio::test]
async fn has_no_network_no_rights_and_nothing_to_write_on() {
    let script = "echo uid=$(id -u)\n\
        grep -e CapEff -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status | tr -d '\\t' | tr ':' '='\n\
        echo interfaces=$(ls /sys/class/net | tr '\\n' ' ')\n\
        for at in / /usr/local/bin /etc /dev/shm; do if touch $at/x; then echo \"wrote=$at\"; fi; done\n\
        exit 1\n";
    let (lines, _) = lines_of("rights", script, |_| {}).await;
    let found = pairs(&lines);
    assert_eq!(found["uid"], "65532");
    assert_eq!(found["CapEff"], "0000000000000000");
    assert_eq!(found["CapBnd"], "0000000000000000");
    assert_eq!(found["NoNewPrivs"], "1");
    assert_eq!(found["Seccomp"], "2");
    assert_eq!(found["interfaces"].trim(), "lo");
    assert_eq!(found.get("wrote"), None, "{lines:?}");
}

#[tokio::test]
async fn sees_a_network_only_while_modules_are_fetched() {
    let (reporter, said) = Said::reporter();
    let mut task = task(
        "double",
        "echo $1=$(ls /sys/class/net | tr '\\n' ' ') ; echo $1_proxy=$GOPROXY; [ $1 = mod ]\n",
    );
    task.files.insert(
        "go.mod".to_owned(),
        b"module task\n\ngo 1.26\n\nrequire example.org/m v1.0.0\n".to_vec(),
    );
    let builder = builder(|options| options.proxy = "https://go.example.org".to_owned()).await;
    let answer = build_one(&builder, &run("network"), task, &reporter).await;
    assert!(matches!(answer, Err(BuildError::Compile { .. })));
    let found = pairs(&said.lines(Some("double")));
    assert_eq!(found["mod"].trim(), "eth0 lo");
    assert_eq!(found["mod_proxy"], "https://go.example.org");
    assert_eq!(found["build"].trim(), "lo");
    assert_eq!(found["build_proxy"], "off");
}

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
async fn cannot_fill_the_disk() {
    let change = |options: &mut Options| options.limits.file = 1 << 20;
    let script = "head -c 8M /dev/zero > /cache/big; echo cache=$?; stat -c size=%s /cache/big; rm /cache/big\n\
        head -c 800K /dev/zero > /sources/big; echo work=$?\n\
        exit 1\n";
    let (lines, _) = lines_of("disk", script, change).await;
    let found = pairs(&lines);
    assert_ne!(found["cache"], "0");
    assert_eq!(found["size"], (1 << 20).to_string());
    assert_eq!(found["work"], "0");
}

#[tokio::test]
async fn cannot_fork_without_end() {
    let script = "i=0; while [ $i -lt 1000 ]; do sleep 60 & i=$((i+1)); done; echo all=$i\n";
    let (lines, answer) = lines_of("fork", script, |_| {}).await;
    assert!(answer.is_err());
    assert_eq!(pairs(&lines).get("all"), None, "{lines:?}");
}

#[tokio::test]
async fn cannot_flood_the_log_or_the_result() {
    let change = |options: &mut Options| options.limits.log = 4096;
    let (lines, answer) = lines_of("log", "yes 0123456789 | head -c 64M; exit 1\n", change).await;
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

/// A lane that no task went through before: as the second task sees it.
fn assert_untouched(lines: &[String]) {
    let found = pairs(lines);
    // Its own three, two of them by the names that people know.
    assert_eq!(
        found["files"].trim(),
        "/sources/go.mod gen/second/main.go tasks/double.go",
        "{lines:?}"
    );
    // What keeps the lane alive, and beside it the step alone.
    assert_eq!(found["sleepers"], "1", "{lines:?}");
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
    let (lines, made) = found_after("chain", script, |_| {}).await;
    assert_untouched(&lines);
    assert_eq!(made, 2, "the lane is thrown away");
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
