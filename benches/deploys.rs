//! Experiment.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "../tests/answering/mod.rs"]
mod answering;
#[path = "../tests/component/mod.rs"]
mod component;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use lattice_harness::{Lattice, Options};
use pelato::deploy::NatsConfig;
use pelato::generate::{Manifest, Owner, Placement, Providers, Templates, manifest};
use pelato::publish::{Registry, RegistryConfig};
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

type Seen = Arc<Mutex<Vec<(Instant, String, String)>>>;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let count: usize = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(20);
    let lattice = Lattice::start(Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let seen: Seen = Arc::default();
    watch(&nats, lattice.name(), seen.clone()).await;
    let config = NatsConfig {
        url: lattice.nats(),
        ..NatsConfig::default()
    };
    let ours = pelato::deploy::Lattice::connect(&config, lattice.name()).await.unwrap();
    let wadm = wadm_client::Client::from_nats_client(lattice.name(), None, nats.clone());
    let providers = match has("external") {
        true => Providers {
            messaging: lattice.messaging_provider().to_owned(),
            ..Providers::builtin()
        },
        false => Providers::builtin(),
    };
    let go = match has("go") {
        true => Some(
            component::component(
                "processor_nats",
                "package main\n\nfunc exec_task(arg string) string { return arg }\n",
            )
            .await,
        ),
        false => None,
    };
    let shared = has("shared");
    let mut set = async |round: &str| -> Vec<(Manifest, String)> {
        let mut all = Vec::new();
        for at in 0..count {
            let name = format!("task{at:02}");
            let words = if shared {
                round.to_owned()
            } else {
                format!("{name} {round}")
            };
            let wasm = go.clone().unwrap_or_else(|| answering::answering(&words));
            let (repository, fingerprint) = match shared {
                true => ("shared".to_owned(), round),
                false => (name.clone(), round),
            };
            let image = publish(&lattice, &repository, fingerprint, wasm).await;
            let mut manifest = of(&lattice, &name, &image, &providers);
            manifest.version = format!("{}-{round}", manifest.version);
            manifest.document["metadata"]["annotations"]["version"] = manifest.version.clone().into();
            all.push((manifest, words));
        }
        all
    };
    let is_go = has("go");
    for round in ["a", "b", "c"] {
        for who in std::env::var("WHO").unwrap_or("bare ours".into()).split(' ') {
            let all = set(&format!("{round}{who}")).await;
            seen.lock().unwrap().clear();
            let begun = Instant::now();
            let gate = tokio::sync::Semaphore::new(std::env::var("K").map_or(100, |k| k.parse().unwrap()));
            let each = join_all(all.iter().map(|(manifest, words)| async {
                let _turn = gate.acquire().await.unwrap();
                match who {
                    "bare" => bare(&wadm, manifest, round != "a").await,
                    _ => {
                        let outcome = ours
                            .deploy(manifest, &Reporter::default(), &CancellationToken::new())
                            .await
                            .unwrap();
                        if format!("{:?}", outcome.state) != "Running" {
                            println!("!! {:?}", outcome.reason);
                        }
                    }
                }
                note(&seen, &manifest.application, "call returned");
                if is_go {
                    until_answered(&nats, &manifest.application, "?").await;
                    note(&seen, &manifest.application, "answers");
                    return;
                }
                until_answered(&nats, &manifest.application, words).await;
                note(&seen, &manifest.application, "answers");
            }));
            each.await;
            println!("== {round} {who}: {:.2} s", begun.elapsed().as_secs_f64());
            show(&seen, begun);
            if round == "a" && who == "bare" && std::env::var("WHO").is_err() {
                for (manifest, _) in &all {
                    wadm.undeploy_manifest(&manifest.application).await.unwrap();
                    wadm.delete_manifest(&manifest.application, None).await.unwrap();
                }
                tokio::time::sleep(Duration::from_secs(8)).await;
            }
        }
    }
}

fn note(seen: &Seen, application: &str, what: &str) {
    seen.lock()
        .unwrap()
        .push((Instant::now(), application.to_owned(), what.to_owned()));
}

fn show(seen: &Seen, begun: Instant) {
    let mut kinds: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut first: BTreeMap<(String, String), f64> = BTreeMap::new();
    for (at, application, what) in seen.lock().unwrap().iter() {
        if *at < begun {
            continue;
        }
        let at = (*at - begun).as_secs_f64();
        kinds.entry(what.clone()).or_default().push(at);
        first.entry((application.clone(), what.clone())).or_insert(at);
    }
    let mut rows: Vec<_> = kinds
        .into_iter()
        .map(|(what, mut all)| {
            all.sort_by(f64::total_cmp);
            (all[0], what, all)
        })
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, what, all) in rows {
        println!(
            "   {what:<44} {:>4}x  first {:.2}  median {:.2}  last {:.2}",
            all.len(),
            all[0],
            all[all.len() / 2],
            all[all.len() - 1]
        );
    }
}

async fn watch(nats: &async_nats::Client, lattice: &str, seen: Seen) {
    for subject in [
        format!("wadm.status.{lattice}.*"),
        format!("wasmbus.evt.{lattice}.>"),
        format!("wadm.api.{lattice}.>"),
        format!("wasmbus.ctl.v1.{lattice}.>"),
        format!("wadm.cmd.>"),
    ] {
        let mut messages = nats.subscribe(subject).await.unwrap();
        let seen = seen.clone();
        tokio::spawn(async move {
            while let Some(message) = messages.next().await {
                let parts: Vec<&str> = message.subject.split('.').collect();
                let what = match parts[..] {
                    ["wadm", "status", ..] => {
                        let status: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
                        format!("status {}", status["status"]["type"])
                    }
                    ["wasmbus", "evt", _, name, ..] => format!("event {name}"),
                    ["wadm", "api", _, "model", verb, ..] => format!("api {verb}"),
                    ["wasmbus", "ctl", "v1", _, a, b, ..] => format!("ctl {a} {b}"),
                    ["wadm", "cmd", ..] => "command".to_owned(),
                    _ => message.subject.to_string(),
                };
                seen.lock().unwrap().push((Instant::now(), String::new(), what));
            }
        });
    }
}

async fn bare(wadm: &wadm_client::Client, manifest: &Manifest, roll: bool) {
    let name = &manifest.application;
    if roll {
        wadm.undeploy_manifest(name).await.unwrap();
        wadm.delete_manifest(name, None).await.unwrap();
    }
    let document: wadm_types::Manifest = serde_json::from_value(manifest.document.clone()).unwrap();
    wadm.put_manifest(document).await.unwrap();
    wadm.deploy_manifest(name, Some(&manifest.version)).await.unwrap();
}

async fn until_answered(nats: &async_nats::Client, application: &str, words: &str) {
    let name = application.strip_suffix("-edge").unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let asked = tokio::time::timeout(
            Duration::from_millis(100),
            nats.request(format!("{name}.in"), "?".into()),
        )
        .await;
        if let Ok(Ok(answer)) = &asked
            && answer.payload == words.as_bytes()
        {
            return;
        }
        assert!(Instant::now() < end, "{application}: {asked:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn publish(lattice: &Lattice, name: &str, content: &str, wasm: Vec<u8>) -> String {
    let registry = Registry::new(RegistryConfig {
        url: lattice.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    let fingerprint: String = content.bytes().map(|byte| format!("{byte:02x}")).collect();
    let fingerprint = format!("{fingerprint:0<64}");
    registry
        .unwrap()
        .publish(name, "1.0.0", &fingerprint, wasm)
        .await
        .unwrap()
        .reference
}

fn of(lattice: &Lattice, name: &str, image: &str, providers: &Providers) -> Manifest {
    let task = pelato::workflow::Task {
        name: name.into(),
        component_name: name.into(),
        template: "processor_nats".into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some(format!("{name}.in")),
        dest_topic: Some(format!("{name}.out")),
        version: "1.0.0".into(),
        address: None,
        extra: Default::default(),
    };
    let owner = Owner {
        repository: "acme/bench".into(),
        project: ".".into(),
        environment: "default".into(),
        commit: None,
    };
    let placement = Placement {
        target: "edge",
        image,
        environment: "default",
        providers,
        nats: &lattice.nats(),
        sql: None,
        owner: &owner,
    };
    manifest(&task, &placement, "sha256:00", "", &Templates::builtin().unwrap()).unwrap()
}
