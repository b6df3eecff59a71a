//! Modules of others: fetched in a step with a network, compiled in one without.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

#[path = "build_modules/proxy.rs"]
mod proxy;

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use proxy::proxy;
use tiny_task::docker::{build_one, containers, docker, gateway};
use tiny_task::{Said, options, run, task};

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
