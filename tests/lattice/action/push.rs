//! A push of the example, by its own workflow, on a lattice.

use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use regex::Regex;
use serde_json::Value;

use super::runner::{Ran, Runner, commit, example};
use crate::push::repository::Repository;

const PATIENCE: Duration = Duration::from_secs(60);

/// A step after the Action's, in the same job.
const KEEP: &str = r#"
      - if: always()
        env:
          PLAN: ${{ steps.pelato.outputs.plan }}
          AFFECTED: ${{ steps.pelato.outputs.affected }}
          REFERENCES: ${{ steps.pelato.outputs.references }}
          METRICS: ${{ steps.pelato.outputs.metrics }}
        run: for name in PLAN AFFECTED REFERENCES METRICS; do printf '%s' "${!name}" > "$OUT/$name"; done
"#;

fn push(runner: &Runner, repository: &Repository, lattice: &Lattice) -> Ran {
    let vars = [
        ("--var", format!("PELATO_REGISTRY={}/action", lattice.registry())),
        ("--var", format!("PELATO_NATS={}", lattice.nats())),
        ("--var", format!("PELATO_LATTICE={}", lattice.name())),
    ];
    let given: Vec<(&str, &str)> = vars.iter().map(|(kind, pair)| (*kind, pair.as_str())).collect();
    runner.run(repository, "push", &given)
}

fn affected(runner: &Runner) -> Value {
    serde_json::from_str(&runner.out("AFFECTED")).unwrap()
}

#[tokio::test]
async fn a_push_is_deployed_and_the_next_run_finds_all_of_it() {
    let lattice = Lattice::start(Options::default()).await.unwrap();
    let providers = format!(
        "messaging={},http_server=wasmcloud+builtin://http-server",
        lattice.messaging_provider()
    );
    let runner = Runner::new()
        .with("PELATO_PROVIDERS", &providers)
        .with("ENABLE_METRICS", "True")
        .with_an_older_cache();
    let repository = example(KEEP);
    // On one host: the runner is what is looked at.
    repository.edit("workflow.yaml", "[edge, cloud]", "[edge]");
    let workflow = std::fs::read_to_string(repository.folder().join("workflow.yaml")).unwrap();
    let cloud = Regex::new(", cloud: [0-9.:]+").unwrap();
    repository.write("workflow.yaml", &cloud.replace(&workflow, ""));
    commit(&repository);
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let mut warm = nats.subscribe("living_room_warm_data").await.unwrap();
    nats.flush().await.unwrap();

    let ran = push(&runner, &repository, &lattice);
    assert!(ran.success);
    // The task answers.
    let reading = r#"{"sensor":"kitchen","kelvin":300.15}"#;
    nats.publish("living_room_kelvin_data", reading.into()).await.unwrap();
    let message = tokio::time::timeout(PATIENCE, warm.next()).await.unwrap().unwrap();
    assert_eq!(message.payload, reading.as_bytes());
    // The outputs are as documented.
    let plan: Value = serde_json::from_str(&runner.out("PLAN")).unwrap();
    assert_eq!(plan["projects"][0]["tasks"][0]["change"], "new");
    assert_eq!(plan["projects"][0]["head"], repository.head());
    let names = ["celsius_to_kelvin_conversion", "kelvin_filter"];
    assert_eq!(affected(&runner), serde_json::json!(names));
    let references: Value = serde_json::from_str(&runner.out("REFERENCES")).unwrap();
    for name in names {
        let reference = references[name].as_str().unwrap();
        let begin = format!("{}/action/{name}:1.0.0@sha256:", lattice.registry());
        assert!(reference.starts_with(&begin), "{reference}");
    }
    assert!(
        runner.out("METRICS").ends_with("/metrics.yaml"),
        "{}",
        runner.out("METRICS")
    );
    // So is the summary.
    assert!(ran.log.contains("### ✅ Pelato: 2 built, 2 published, 2 deployed"));
    let row = r"\| `kelvin_filter` \| new \| \d\.\d MB \| \d+\.\d\d s \| \d+\.\d\d s \| edge running \|";
    assert!(Regex::new(row).unwrap().is_match(&ran.log));
    assert!(ran.log.contains("restored: something, exactly: false"));
    assert!(ran.log.contains("saved a cache"));
    assert_eq!(ran.annotations(), [""; 0]);

    // The same again, on another machine: its caches are there, and nothing is built.
    runner.is_replaced();
    let ran = push(&runner, &repository, &lattice);
    assert!(ran.success);
    assert!(ran.log.contains("restored: something, exactly: true"));
    assert!(!ran.log.contains("saved a cache"));
    assert!(ran.log.contains("done: nothing to do; 2 unchanged"));
    assert_eq!(affected(&runner), serde_json::json!([]));

    // Without any cache the registry has what was built, by its fingerprint.
    runner.loses_its_caches();
    repository.edit("workflow.yaml", "living_room_warm_data", "living_room_hot_data");
    commit(&repository);
    let ran = push(&runner, &repository, &lattice);
    assert!(ran.success);
    assert!(ran.log.contains("restored: , exactly: false"));
    assert!(!ran.log.contains("saved a cache"), "there is nothing in it");
    assert!(ran.log.contains("done: 1 deployed, 1 unchanged"));
    assert!(!ran.log.contains("    build  "));
    assert!(ran.log.contains("| `kelvin_filter` | changed | was there |"));
    assert_eq!(affected(&runner), serde_json::json!(["kelvin_filter"]));
}
