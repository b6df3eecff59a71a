//! Tasks built in containers of a real Docker engine (`scripts/setup-docker.sh`).

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

use std::collections::HashMap;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use pelato::build::{Builder, Choice, Options, Parallel};
use pelato::report::Reporter;
use tiny_task::docker::{Made, build_one, containers, docker, engine};
use tiny_task::{DOUBLES, Said, options, run, task};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_task_becomes_a_component_and_leaves_nothing() {
    let (reporter, said) = Said::reporter();
    let run = run("component");
    let builder = docker(options()).await;
    let component = build_one(&builder, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    assert!(wasmparser::Parser::is_component(&component.wasm));
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&component.wasm)
        .unwrap();
    assert_eq!(said.steps(), ["started double", "finished double"]);
    assert!(containers(&run).await.is_empty());
    assert!(builder.toolchain().await.unwrap().starts_with("go1."));
}

#[tokio::test]
async fn the_image_is_built_once() {
    let builder = docker(options()).await;
    builder.prepare(&Reporter::default()).await.unwrap();
    let (reporter, said) = Said::reporter();
    docker(options()).await.prepare(&reporter).await.unwrap();
    assert_eq!(said.lines(None), Vec::<String>::new());
}

#[tokio::test]
async fn docker_and_the_same_go_on_this_machine_make_the_same_bytes() {
    let cache = tempfile::tempdir().unwrap();
    let here = Options {
        cache: cache.path().to_owned(),
        ..options()
    };
    let Ok(local) = Builder::choose(Choice::Local, Parallel::One, here, &Reporter::default()).await else {
        return;
    };
    let docker = docker(options()).await;
    docker.prepare(&Reporter::default()).await.unwrap();
    if local.toolchain().await.unwrap() != docker.toolchain().await.unwrap() {
        return;
    }
    let run = run("same");
    let reporter = Reporter::default();
    let one = build_one(&docker, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    let other = build_one(&local, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    assert_eq!(one.digest, other.digest);
}

#[tokio::test]
async fn a_mistake_is_shown_with_the_authors_file_and_line() {
    let (reporter, said) = Said::reporter();
    let run = run("mistake");
    let code = "package main\n\nfunc twice(n uint32) uint32 {\n\treturn foo\n}\n";
    let error = build_one(&docker(options()).await, &run, task("double", code), &reporter)
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @r"
    `double` does not compile:
    tasks/double.go:4:9: undefined: foo
    ");
    assert!(error.is_the_tasks());
    assert_eq!(said.lines(Some("double")), ["tasks/double.go:4:9: undefined: foo"]);
    assert_eq!(said.steps(), ["started double", "failed double"]);
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn a_task_that_fails_stops_no_other() {
    let run = run("three");
    let broken = "package main\n";
    let tasks = [task("first", DOUBLES), task("broken", broken), task("last", DOUBLES)];
    let builder = docker(options()).await;
    let built = builder
        .build(&run, "tests", &tasks, &Reporter::default(), &CancellationToken::new())
        .await;
    let names: Vec<_> = built
        .iter()
        .map(|(name, answer)| (name.as_str(), answer.is_ok()))
        .collect();
    assert_eq!(names, [("first", true), ("broken", false), ("last", true)]);
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn one_container_serves_all_tasks_of_a_run() {
    let run = run("lane");
    let broken = "package main\n\nfunc twice(n uint32) uint32 { return foo }\n";
    let tasks = [
        task("first", DOUBLES),
        task("broken", broken),
        task("third", DOUBLES),
        task("last", DOUBLES),
    ];
    let builder = Builder::choose(Choice::Docker, Parallel::One, options(), &Reporter::default())
        .await
        .unwrap();
    let made = Made::from_now_on().await;
    let (reporter, said) = Said::reporter();
    let built = builder
        .build(&run, "tests", &tasks, &reporter, &CancellationToken::new())
        .await;
    let good: Vec<_> = built.iter().map(|(_, answer)| answer.is_ok()).collect();
    assert_eq!(good, [true, false, true, true], "{built:?}");
    // Its log stays its own.
    assert_eq!(said.lines(Some("broken")), ["tasks/double.go:3:38: undefined: foo"]);
    for quiet in ["first", "third", "last"] {
        assert!(said.lines(Some(quiet)).is_empty());
    }
    let names = made.with("pelato.run", &run).await;
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn as_many_containers_as_tasks_are_compiled_at_once() {
    let run = run("lanes");
    let tasks: Vec<_> = (0..5).map(|n| task(&format!("task{n}"), DOUBLES)).collect();
    let builder = docker(options()).await;
    let made = Made::from_now_on().await;
    let built = builder
        .build(&run, "tests", &tasks, &Reporter::default(), &CancellationToken::new())
        .await;
    assert!(built.iter().all(|(_, answer)| answer.is_ok()), "{built:?}");
    let cores = std::thread::available_parallelism().unwrap().get();
    let names = made.with("pelato.run", &run).await;
    assert!((1..=cores.min(5)).contains(&names.len()), "{names:?}");
}

#[tokio::test]
async fn two_projects_with_equal_names_do_not_collide() {
    let run = run("equal");
    let builder = docker(options()).await;
    let trice = "package main\n\nfunc twice(n uint32) uint32 { return 3 * n }\n";
    let reporter = Reporter::default();
    let (one, other) = tokio::join!(
        build_one(&builder, &run, task("double", DOUBLES), &reporter),
        build_one(&builder, &run, task("double", trice), &reporter),
    );
    assert_ne!(one.unwrap().digest, other.unwrap().digest);
}

#[tokio::test]
async fn processes_that_fill_one_cache_at_once_do_not_hurt_each_other() {
    let run = run("filling");
    let cancel = CancellationToken::new();
    // A builder knows what it filled itself, and nothing of the others.
    let mut builders = Vec::new();
    for _ in 0..4 {
        builders.push(docker(options()).await);
    }
    let (tasks, reporter) = ([task("double", DOUBLES)], Reporter::default());
    let builds = builders
        .iter()
        .map(|builder| builder.build(&run, &run, &tasks, &reporter, &cancel));
    for built in futures_util::future::join_all(builds).await {
        built[0].1.as_ref().unwrap();
    }
    // With no room at all, the cache goes after the build: nothing of the test stays.
    let mut small = options();
    small.limits.cache = 0;
    let last = docker(small).await;
    last.build(&run, &run, &tasks, &reporter, &cancel).await;
}

#[tokio::test]
async fn a_module_that_nobody_required_is_not_fetched() {
    let code =
        "package main\n\nimport \"example.org/nowhere\"\n\nfunc twice(n uint32) uint32 { return nowhere.Twice(n) }\n";
    let run = run("nowhere");
    let error = build_one(
        &docker(options()).await,
        &run,
        task("double", code),
        &Reporter::default(),
    )
    .await;
    insta::assert_snapshot!(error.unwrap_err(), @"
    `double` does not compile:
    tasks/double.go:3:8: there is no package example.org/nowhere here; without a go.mod a task can import Go's standard library, and what its template requires
    ");
}

#[tokio::test]
async fn a_base_that_cannot_be_pulled_is_named_with_both_ways_out() {
    let base = Options {
        go_image: "pelato-test/there-is-no-such-image:0".to_owned(),
        ..options()
    };
    let (reporter, _) = Said::reporter();
    let run = run("no-base");
    let error = build_one(&docker(base).await, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(!error.is_the_tasks());
    assert!(
        text.contains("could not be made of pelato-test/there-is-no-such-image:0"),
        "{text}"
    );
    assert!(
        text.contains("PELATO_GO_IMAGE") && text.contains("--builder local"),
        "{text}"
    );
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept_by_run() {
    let builder = docker(options()).await;
    builder.prepare(&Reporter::default()).await.unwrap();
    let engine = engine().await;
    let (mine, others) = (run("swept"), run("other"));
    for run in [&mine, &others] {
        let body = ContainerCreateBody {
            image: Some(options().go_image),
            cmd: Some(vec!["sleep".to_owned(), "600".to_owned()]),
            labels: Some(HashMap::from([("pelato.run".to_owned(), run.clone())])),
            ..ContainerCreateBody::default()
        };
        let name = CreateContainerOptionsBuilder::default().name(run).build();
        engine.create_container(Some(name), body).await.unwrap();
        engine.start_container(run, None).await.unwrap();
    }
    let docker = builder.docker().unwrap();
    assert_eq!(docker.remove_leftovers(&mine).await.unwrap(), 1);
    assert!(containers(&mine).await.is_empty());
    assert_eq!(containers(&others).await.len(), 1, "another run's container stays");
    docker.remove_leftovers(&others).await.unwrap();
}
