//! Modules of others, as an author's `go.mod` requires them, in both builders.

use std::net::IpAddr;

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::{Sources, Templates, render};
use pelato::report::Reporter;
use pelato::source::ProjectFiles;
use pelato::workflow::Task;

use crate::proxy::proxy;
use crate::tiny_task::docker::{build_one, docker, gateway};
use crate::tiny_task::options;

const CODE: &str = "package main\n\nimport \"example.org/triple\"\n\nfunc exec_task(arg string) string { return arg + string(rune(triple.Of(uint32(len(arg))))) }\n";
const GO_MOD: &str =
    "module example.org/thermo\n\ngo 1.21\n\ntoolchain go1.99.0\n\nrequire example.org/triple v1.0.0\n";
/// Of the proxy's module, as `go mod tidy` writes them.
const GO_SUM: &str = "example.org/triple v1.0.0 h1:SUM\n";

fn sources(files: &[(&str, &str)]) -> Sources {
    let task = Task {
        name: "Convert".into(),
        component_name: "convert".into(),
        template: "processor_nats".into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some("in".into()),
        dest_topic: Some("out".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    };
    let files = files
        .iter()
        .map(|(path, text)| (format!("tasks/{path}"), text.as_bytes().to_vec()));
    let project = ProjectFiles {
        path: ".".into(),
        files: files.collect(),
    };
    render(&task, &project, &Templates::builtin().unwrap()).unwrap()
}

fn text(sources: &Sources, path: &str) -> String {
    String::from_utf8(sources.files[path].clone()).unwrap()
}

#[test]
fn what_a_go_mod_requires_goes_into_the_sources_of_who_imports_it() {
    let go_mod = format!(
        "{GO_MOD}\nrequire example.org/deep v0.1.0 // indirect\n\nexclude example.org/deep v0.2.0\n\nreplace (\n\texample.org/deep => example.org/fork v0.1.1\n\texample.org/near => ../near\n)\n"
    );
    let with = sources(&[("convert.go", CODE), ("go.mod", &go_mod), ("go.sum", GO_SUM)]);
    insta::assert_snapshot!(text(&with, "go.mod"), @"
    module task

    go 1.26

    // From tasks/go.mod.
    require (
    	example.org/deep v0.1.0 // indirect
    	example.org/triple v1.0.0
    )

    exclude (
    	example.org/deep v0.2.0
    )

    replace (
    	example.org/deep => example.org/fork v0.1.1
    )
    ");
    assert_eq!(text(&with, "go.sum"), GO_SUM);
    // Another version is another component, and other sums are.
    let other = sources(&[
        ("convert.go", CODE),
        ("go.mod", &go_mod.replace("v1.0.0", "v1.1.0")),
        ("go.sum", GO_SUM),
    ]);
    assert_ne!(with.digest(), other.digest());
    assert_ne!(with.inputs.code, other.inputs.code);
    let without = sources(&[("convert.go", CODE), ("go.mod", &go_mod)]);
    assert_ne!(with.digest(), without.digest());
    // A later Go than ours is taken over.
    let later = sources(&[("convert.go", CODE), ("go.mod", &go_mod.replace("1.21", "1.99.1"))]);
    assert!(text(&later, "go.mod").starts_with("module task\n\ngo 1.99.1\n"));
}

async fn local(cache: &std::path::Path) -> Builder {
    let options = Options {
        proxy: proxy([127, 0, 0, 1].into()).await,
        no_sum_db: Some("example.org".to_owned()),
        cache: cache.to_owned(),
        ..options()
    };
    Builder::choose(Choice::Local, Parallel::One, options, &Reporter::default())
        .await
        .unwrap()
}

async fn in_docker() -> Builder {
    let address: IpAddr = gateway().await;
    docker(Options {
        proxy: proxy(address).await,
        no_sum_db: Some("example.org".to_owned()),
        ..options()
    })
    .await
}

async fn wrong(builder: &Builder, files: &[(&str, &str)]) -> BuildError {
    let run = crate::tiny_task::run("authors-modules");
    build_one(builder, &run, sources(files), &Reporter::default())
        .await
        .unwrap_err()
}

async fn story(builder: &Builder) {
    let run = crate::tiny_task::run("authors-modules");
    let component = build_one(
        builder,
        &run,
        sources(&[("convert.go", CODE), ("go.mod", GO_MOD)]),
        &Reporter::default(),
    )
    .await;
    component.unwrap_or_else(|error| panic!("{error}"));

    let error = wrong(
        builder,
        &[
            ("convert.go", &CODE.replace("triple.Of", "triple.Or")),
            ("go.mod", GO_MOD),
        ],
    )
    .await;
    insta::allow_duplicates! { insta::assert_snapshot!(error, @"
    `convert` does not compile:
    tasks/convert.go:5:69: undefined: triple.Or
    "); }
    let error = wrong(
        builder,
        &[
            ("convert.go", &CODE.replace("org/triple", "org/triple/deep")),
            ("go.mod", GO_MOD),
        ],
    )
    .await;
    insta::allow_duplicates! { insta::assert_snapshot!(error, @"
    `convert` does not compile:
    tasks/convert.go:3:8: nothing in tasks/go.mod provides the package example.org/triple/deep; run `go mod tidy` in tasks/ and commit go.mod and go.sum
    "); }
    // A go.sum that lacks the module: it is binding.
    let error = wrong(builder, &[("convert.go", CODE), ("go.mod", GO_MOD), ("go.sum", "")]).await;
    insta::allow_duplicates! { insta::assert_snapshot!(error, @"
    `convert` does not compile:
    tasks/convert.go:3:8: tasks/go.sum says nothing of example.org/triple; run `go mod tidy` in tasks/ and commit go.mod and go.sum
    "); }
    let later = GO_MOD.replace("1.21", "1.99");
    let error = wrong(builder, &[("convert.go", CODE), ("go.mod", &later)])
        .await
        .to_string();
    assert!(
        error.contains("tasks/go.mod: it asks for Go 1.99, and tasks are built with Go 1."),
        "{error}"
    );
}

#[tokio::test]
async fn with_this_machines_go() {
    let cache = tempfile::tempdir().unwrap();
    story(&local(cache.path()).await).await;
}

#[tokio::test]
async fn in_docker_as_well() {
    story(&in_docker().await).await;
}
