//! Tasks built with this machine's Go.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

use std::path::Path;
use std::time::{Duration, Instant};

use pelato::build::{BuildError, Builder, Choice, Component, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use tiny_task::{DOUBLES, Said, options, task};
use tokio_util::sync::CancellationToken;

async fn local(options: Options, parallel: Parallel) -> Builder {
    Builder::choose(Choice::Local, parallel, options, &Reporter::default())
        .await
        .expect("Go 1.26 or later on the PATH")
}

async fn build_one(builder: &Builder, task: Sources, reporter: &Reporter) -> Result<Component, BuildError> {
    let cancel = CancellationToken::new();
    let mut built = builder.build("local", "tests", &[task], reporter, &cancel).await;
    built.pop().unwrap().1
}

/// Build folders that are there now, of this machine's builds.
fn folders() -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    let ours = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("pelato-build-"))
    };
    folders.filter(|path| ours(path)).collect()
}

#[tokio::test]
async fn a_task_becomes_a_component() {
    let (reporter, said) = Said::reporter();
    let builder = local(options(), Parallel::Machine).await;
    assert_eq!(builder.name(), "local");
    let component = build_one(&builder, task("double", DOUBLES), &reporter).await.unwrap();
    assert!(wasmparser::Parser::is_component(&component.wasm));
    assert_eq!(said.steps(), ["started double", "finished double"]);
}

#[tokio::test]
async fn a_mistake_is_shown_with_the_authors_file_and_line() {
    let (reporter, said) = Said::reporter();
    let code = "package main\n\nfunc twice(n uint32) uint32 {\n\treturn foo\n}\n\nfunc main() {}\n";
    let error = build_one(&local(options(), Parallel::One).await, task("double", code), &reporter)
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @r"
    `double` does not compile:
    tasks/double.go:4:9: undefined: foo
    tasks/double.go:7:6: main redeclared in this block
    	gen/double/main.go:6:6: other declaration of main
    ");
    assert_eq!(said.lines(Some("double")).len(), 3);
}

#[tokio::test]
async fn a_package_by_another_name_is_told_without_this_machines_paths() {
    let code = "package convert\n\nfunc twice(n uint32) uint32 { return n }\n";
    let error = build_one(
        &local(options(), Parallel::One).await,
        task("double", code),
        &Reporter::default(),
    )
    .await;
    insta::assert_snapshot!(error.unwrap_err(), @r"
    `double` does not compile:
    found packages main (main.go) and convert (tasks/double.go) in gen/double
    ");
}

#[tokio::test]
async fn the_first_task_of_a_cold_cache_goes_alone() {
    let cache = tempfile::tempdir().unwrap();
    let (reporter, said) = Said::reporter();
    let builder = local(
        Options {
            cache: cache.path().to_owned(),
            ..options()
        },
        Parallel::Machine,
    )
    .await;
    let tasks = [task("one", DOUBLES), task("two", DOUBLES), task("three", DOUBLES)];
    let built = builder
        .build("cold", "tests", &tasks, &reporter, &CancellationToken::new())
        .await;
    assert!(built.iter().all(|(_, answer)| answer.is_ok()), "{built:?}");
    let digests: Vec<_> = built
        .iter()
        .map(|(_, answer)| &answer.as_ref().unwrap().digest)
        .collect();
    assert!(
        digests.windows(2).all(|pair| pair[0] == pair[1]),
        "the same sources give the same bytes"
    );
    assert!(said.steps().iter().any(|step| step.starts_with("finished")));
    let marks: Vec<_> = std::fs::read_dir(cache.path().join("go-build"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("pelato-warm-go1."))
        .collect();
    assert_eq!(marks.len(), 1);
}

#[tokio::test]
async fn a_late_build_is_stopped_and_leaves_nothing() {
    let cache = tempfile::tempdir().unwrap();
    let mut options = Options {
        cache: cache.path().to_owned(),
        ..options()
    };
    // A cold cache: Go has minutes of work before it, in processes of its own.
    options.limits.time = Duration::from_millis(500);
    let builder = local(options, Parallel::One).await;
    let code = "package main\n\nimport _ \"net/http\"\n\nfunc twice(n uint32) uint32 { return n }\n";
    let error = build_one(&builder, task("late", code), &Reporter::default())
        .await
        .unwrap_err();
    assert!(matches!(error, BuildError::TimedOut { .. }), "{error}");
    until_nothing_runs_in(cache.path()).await;
}

#[tokio::test]
async fn a_cancelled_build_is_stopped_with_all_it_started() {
    let cache = tempfile::tempdir().unwrap();
    let builder = local(
        Options {
            cache: cache.path().to_owned(),
            ..options()
        },
        Parallel::One,
    )
    .await;
    let cancel = CancellationToken::new();
    let code = "package main\n\nimport _ \"net/http\"\n\nfunc twice(n uint32) uint32 { return n }\n";
    let (tasks, reporter) = ([task("cancelled", code)], Reporter::default());
    let building = builder.build("cancelled", "tests", &tasks, &reporter, &cancel);
    let cancelling = async {
        let deadline = Instant::now() + Duration::from_secs(60);
        while running_in(cache.path()) == 0 {
            assert!(Instant::now() < deadline, "Go did not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cancel.cancel();
    };
    let (built, ()) = tokio::join!(building, cancelling);
    assert!(matches!(built[0].1, Err(BuildError::Cancelled { .. })), "{built:?}");
    until_nothing_runs_in(cache.path()).await;
}

/// How many processes have `folder` as their Go cache.
fn running_in(folder: &Path) -> usize {
    let wanted = format!("GOCACHE={}", folder.display());
    let processes = std::fs::read_dir("/proc").unwrap();
    let environments = processes.filter_map(|entry| std::fs::read(entry.ok()?.path().join("environ")).ok());
    environments
        .filter(|text| String::from_utf8_lossy(text).contains(&wanted))
        .count()
}

async fn until_nothing_runs_in(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while running_in(folder) > 0 {
        assert!(Instant::now() < deadline, "a process of the build is left");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn sources_that_reach_out_are_refused_before_go_sees_them() {
    let mut reaching = task("double", DOUBLES);
    reaching
        .files
        .insert("../outside.go".to_owned(), b"package outside\n".to_vec());
    let error = build_one(&local(options(), Parallel::One).await, reaching, &Reporter::default()).await;
    insta::assert_snapshot!(
        error.unwrap_err(),
        @r#"the sources of `double` cannot be built: the path "../outside.go" does not stay in their folder"#
    );
    assert!(folders().iter().all(|folder| !folder.join("outside.go").exists()));
}

/// Options of a machine that has no Docker engine.
fn without_docker() -> Options {
    Options {
        docker_host: Some("unix:///nowhere/docker.sock".to_owned()),
        ..options()
    }
}

#[tokio::test]
async fn without_docker_this_machines_go_takes_over_and_says_so() {
    let (reporter, said) = Said::reporter();
    let builder = Builder::choose(Choice::Auto, Parallel::One, without_docker(), &reporter)
        .await
        .unwrap();
    assert_eq!(builder.name(), "local");
    let lines = said.lines(None);
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("no Docker engine answers at unix:///nowhere/docker.sock ("),
        "{lines:?}"
    );
    let end = format!(
        "): building with this machine's {}, without a sandbox",
        builder.toolchain().await.unwrap()
    );
    assert!(lines[0].ends_with(&end), "{lines:?}");
}

#[tokio::test]
async fn docker_that_was_asked_for_is_not_replaced() {
    let asked = Builder::choose(Choice::Docker, Parallel::One, without_docker(), &Reporter::default()).await;
    insta::assert_snapshot!(asked.err().unwrap(), @r"
    no Docker engine answers at unix:///nowhere/docker.sock: Socket not found: /nowhere/docker.sock.
    Install Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local`
    ");
}

#[tokio::test]
async fn with_neither_the_error_names_both_ways_out() {
    let neither = Options {
        go: "/nowhere/go".into(),
        ..without_docker()
    };
    let asked = Builder::choose(Choice::Auto, Parallel::One, neither, &Reporter::default()).await;
    insta::assert_snapshot!(asked.err().unwrap(), @r"
    there is nothing to build with: no Docker engine answers at unix:///nowhere/docker.sock (Socket not found: /nowhere/docker.sock); there is no `/nowhere/go` to run.
    Install Docker and start it, or install Go 1.26 or later (https://go.dev/dl) and use `--builder local`
    ");
}

#[tokio::test]
async fn an_old_go_is_told_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("go");
    std::fs::write(&old, "#!/bin/sh\necho go1.19.8\necho /usr/lib/go-1.19\n").unwrap();
    std::fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let asked = Builder::choose(
        Choice::Local,
        Parallel::One,
        Options { go: old, ..options() },
        &Reporter::default(),
    )
    .await;
    insta::assert_snapshot!(asked.err().unwrap(), @"this machine's Go is go1.19.8; install Go 1.26 or later (https://go.dev/dl), or build in Docker: `--builder docker`");
}
