//! Modules of others: fetched in a step with a network, compiled in one without.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

#[path = "build_modules/hostile.rs"]
mod hostile;
#[path = "build_modules/named.rs"]
mod named;
#[path = "build_modules/proxy.rs"]
mod proxy;

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use proxy::{counting_proxy, proxy};
use tiny_task::docker::{Made, build_one, containers, docker, gateway};
use tiny_task::{Said, options, run, task};
use tokio_util::sync::CancellationToken;

fn triples() -> Sources {
    let code = "package main\n\nimport \"example.org/triple\"\n\nfunc twice(n uint32) uint32 { return triple.Of(n) }\n";
    let mut task = task("triples", code);
    let go_mod = "module task\n\ngo 1.26\n\nrequire example.org/triple v1.0.0\n";
    task.files.insert("go.mod".to_owned(), go_mod.as_bytes().to_vec());
    task
}

async fn in_docker() -> Builder {
    let proxy = proxy(gateway().await).await;
    docker(Options {
        proxy,
        no_sum_db: Some("example.org".to_owned()),
        ..options()
    })
    .await
}

#[tokio::test]
async fn in_docker_a_required_module_is_fetched_and_compiled() {
    let (reporter, said) = Said::reporter();
    let run = run("modules");
    let component = build_one(&in_docker().await, &run, triples(), &reporter).await;
    component.unwrap_or_else(|error| panic!("{error}\n{:?}", said.lines(Some("triples"))));
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn what_several_tasks_require_is_fetched_once() {
    let (proxy, asked) = counting_proxy(gateway().await).await;
    let fetching = Options {
        proxy,
        no_sum_db: Some("example.org".to_owned()),
        ..options()
    };
    let zips = || {
        let asked = asked.lock().unwrap();
        asked.iter().filter(|path| path.ends_with(".zip")).count()
    };
    let builder = docker(fetching.clone()).await;
    let run = run("once");
    let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
    let tasks: Vec<_> = ["one", "two", "three"]
        .map(|name| Sources {
            component_name: name.to_owned(),
            ..triples()
        })
        .into();
    let made = Made::from_now_on().await;
    // The run's own cache: nothing is in it.
    for (_, built) in builder.build(&run, &run, &tasks, &reporter, &cancel).await {
        built.unwrap();
    }
    assert_eq!(zips(), 1, "{:?}", asked.lock().unwrap());
    let names = made.with("pelato.run", &run).await;
    let fetching_in: Vec<_> = names.iter().filter(|name| name.contains("-fetch-")).collect();
    assert_eq!(fetching_in.len(), 1, "{names:?}");
    // Another process, another run: the cache has it. With no room for the cache, it goes
    // after the build, and nothing of the test stays.
    let mut small = fetching;
    small.limits.cache = 0;
    let before = asked.lock().unwrap().len();
    let again = docker(small).await;
    for (_, built) in again.build(&run, &run, &tasks, &reporter, &cancel).await {
        built.unwrap();
    }
    assert_eq!(asked.lock().unwrap().len(), before, "{:?}", asked.lock().unwrap());
}

#[tokio::test]
async fn with_this_machines_go_as_well() {
    let cache = tempfile::tempdir().unwrap();
    let proxy = proxy([127, 0, 0, 1].into()).await;
    let options = Options {
        proxy,
        no_sum_db: Some("example.org".to_owned()),
        cache: cache.path().to_owned(),
        ..options()
    };
    let builder = Builder::choose(Choice::Local, Parallel::One, options, &Reporter::default())
        .await
        .unwrap();
    build_one(&builder, "modules", triples(), &Reporter::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_go_sum_is_binding() {
    let mut task = triples();
    let wrong = "example.org/triple v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\
        example.org/triple v1.0.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    task.files.insert("go.sum".to_owned(), wrong.as_bytes().to_vec());
    let error = build_one(&in_docker().await, &run("sum"), task, &Reporter::default())
        .await
        .unwrap_err();
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.to_string().contains("checksum mismatch"), "{error}");
}

#[tokio::test]
async fn a_module_that_the_proxy_lacks_is_named_and_nothing_else_is_asked() {
    let mut task = triples();
    let go_mod = "module task\n\ngo 1.26\n\nrequire example.org/nowhere v1.0.0\n";
    task.files.insert("go.mod".to_owned(), go_mod.as_bytes().to_vec());
    let error = build_one(&in_docker().await, &run("lacks"), task, &Reporter::default())
        .await
        .unwrap_err();
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.summary().contains("example.org/nowhere@v1.0.0"), "{error}");
}
