//! A tag puts into production what staging has: by the workflow of the page.

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};

use super::runner::{Runner, commit};
use crate::push::repository::Repository;

const STAGING: &str = ".github/workflows/staging.yml";
const PROMOTE: &str = ".github/workflows/promote.yml";

const WORKFLOW: &str = "project_name: Tagged
tasks:
  - { name: Tagged, type: processor_nats, code: tagged.go, component_name: tagged, version: 1.0.0, targets: [edge],
      source_topic: tagged.in, dest_topic: tagged.out }
";

/// The first workflow of the page, to the letter.
fn of_the_page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/how-to/promotion.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("## By a tag").unwrap();
    let (_, rest) = rest.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn environment(name: &str, lattice: &Lattice) -> String {
    format!(
        "  {name}:\n    registry: {{ url: '{}' }}\n    nats: {{ url: '{}' }}\n    lattice: {}\n    providers: {{ messaging: '{}' }}\n",
        lattice.registry(),
        lattice.nats(),
        lattice.name(),
        lattice.messaging_provider(),
    )
}

async fn lattice() -> Lattice {
    let hosts = vec!["edge".into()];
    let lattice = Lattice::start(Options {
        hosts,
        ..Options::default()
    });
    lattice.await.unwrap()
}

#[tokio::test]
async fn a_tag_promotes_what_staging_has() {
    let (staging, production) = (lattice().await, lattice().await);
    let providers = format!(
        "messaging={},http_server=wasmcloud+builtin://http-server",
        staging.messaging_provider()
    );
    let variables = [
        ("PELATO_ENVIRONMENT", "staging"),
        ("PELATO_LATTICE", staging.name()),
        ("PELATO_NATS_URL", &staging.nats()),
        ("REGISTRY_URL", staging.registry()),
        ("PELATO_PROVIDERS", &providers),
    ];
    let brush: String = variables
        .iter()
        .map(|(name, value)| format!("          {name}: '{value}'\n"))
        .collect();
    let repository = Repository::empty(0);
    repository.write("workflow.yaml", WORKFLOW);
    let code =
        |says: &str| format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {says}\" }}\n");
    repository.write("tasks/tagged.go", &code("one"));
    repository.write(
        "runner.yaml",
        &format!(
            "environments:\n{}{}",
            environment("staging", &staging),
            environment("production", &production)
        ),
    );
    let steps = "on: { push: { branches: [main] } }\njobs:\n  staging:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n      - run: pelato brush\n        env:\n";
    repository.write(STAGING, &format!("{steps}{brush}"));
    repository.write(PROMOTE, &of_the_page());
    commit(&repository);

    let runner = Runner::new().with_an_older_cache().with_that_cache().with_pelato();
    let staged = runner.run(&repository, "push", &[("-W", STAGING)]);
    assert!(staged.success);
    // Main moves on, and the tag comes later.
    repository.git(&["tag", "v1.0.0"]);
    repository.write("tasks/tagged.go", &code("two"));
    commit(&repository);
    let promoted = runner.run(
        &repository,
        "push",
        &[("-W", PROMOTE), ("-s", "REGISTRY_PASSWORD=unused")],
    );
    assert!(promoted.success);
    assert!(promoted.log.contains("done: 1 deployed"));
    assert!(!promoted.log.contains("build"), "nothing is compiled");

    let nats = async_nats::connect(production.nats()).await.unwrap();
    let mut answers = nats.subscribe("tagged.out").await.unwrap();
    nats.publish("tagged.in", "it is".into()).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(60), answers.next()).await;
    assert_eq!(answer.unwrap().unwrap().payload, "it is one");
}
