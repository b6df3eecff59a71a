//! Messages through one task: the embedded host beside a wasmCloud host, on one
//! NATS; and how long a component takes to load.
//!
//! `cargo bench --bench messages [-- [alone] [ROUNDS]]`, after `make setup`. It prints
//! the tables of benches/README.md, and asserts nothing about time. With `alone` it
//! needs no lattice, and has the embedded host without NATS only.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "../tests/component/mod.rs"]
mod component;

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use lattice_harness::{Lattice, Options as LatticeOptions};
use pelato::deploy::{NatsConfig, TaskRoll};
use pelato::generate::{Manifest, Owner, Placement, Providers, Templates, manifest};
use pelato::publish::{Registry, RegistryConfig};
use pelato::report::Reporter;
use pelato::runtime::{Bus, Compiler, Host, Observer, Options, Runtime, Task};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_util::sync::CancellationToken;

const CODE: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";
const SEQUENTIAL: usize = 5_000;
const AT_ONCE: usize = 20_000;
const IN_FLIGHT: usize = 64;
const PAYLOAD: usize = 1 << 20;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, nats, wasm, subject] = &arguments[..]
        && first == "host"
    {
        return embedded(nats, wasm, subject).await;
    }
    // cargo adds `--bench`.
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let wasm = component::component("processor_nats", CODE).await;
    if arguments.iter().any(|argument| argument == "alone") {
        let memory = host(Bus::memory(PAYLOAD), &wasm, "memory.in").await;
        return compare(&[("embedded host, no NATS", memory.bus().clone(), "memory.in")], rounds).await;
    }
    load(&wasm).await;
    messages(wasm, rounds).await;
}

/// Milliseconds for each of the compilers, and from the cache.
async fn load(wasm: &[u8]) {
    let size = wasm.len() as f64 / 1e6;
    println!("\n| loading a component of {size:.1} MB | ms | ms per MB |\n| --- | --- | --- |");
    for (name, compiler) in [("quick", Compiler::Quick), ("thorough", Compiler::Thorough)] {
        let folder = tempfile::tempdir().unwrap();
        for from in ["compiled", "from the cache"] {
            let runtime = Runtime::new(&Options {
                compiler,
                cache: Some(folder.path().to_owned()),
                ..Options::default()
            });
            let runtime = runtime.unwrap();
            let begun = Instant::now();
            runtime.load(wasm.to_vec()).await.unwrap();
            let took = begun.elapsed().as_secs_f64() * 1e3;
            println!("| {name}, {from} | {took:.0} | {:.0} |", took / size);
            // The cache is written beside the work.
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

/// What one run came to.
#[derive(Clone, Copy)]
struct Run {
    /// Messages a second.
    rate: f64,
    /// Milliseconds.
    p50: f64,
    p99: f64,
}

async fn messages(wasm: Vec<u8>, rounds: usize) {
    let lattice = Lattice::start(LatticeOptions {
        hosts: vec!["edge".into()],
        ..LatticeOptions::default()
    });
    let lattice = lattice.await.unwrap();
    deploy(&lattice, wasm.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.wasm");
    std::fs::write(&file, &wasm).unwrap();
    let mut other = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["host", &lattice.nats(), file.to_str().unwrap(), "embedded.in"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let ready = BufReader::new(other.stdout.take().unwrap()).lines().next_line().await;
    assert_eq!(ready.unwrap().as_deref(), Some("ready"));

    let nats = Bus::Nats(async_nats::connect(lattice.nats()).await.unwrap().into());
    let memory = host(Bus::memory(PAYLOAD), &wasm, "memory.in").await;
    let places = [
        ("wasmCloud host", nats.clone(), "wasmcloud.in"),
        ("embedded host", nats, "embedded.in"),
        ("embedded host, no NATS", memory.bus().clone(), "memory.in"),
    ];
    compare(&places, rounds).await;
    let edge = lattice.folder().join("edge");
    let mut processes = std::fs::read_dir("/proc")
        .unwrap()
        .map(|process| process.unwrap().path());
    let theirs = processes.find(|process| std::fs::read_link(process.join("cwd")).is_ok_and(|at| at == edge));
    let theirs = theirs.and_then(|process| process.file_name()?.to_str()?.parse().ok());
    println!("\n| resident after that | MiB |\n| --- | --- |");
    println!("| wasmCloud host | {} |", resident(theirs.unwrap()));
    println!("| embedded host | {} |", resident(other.id().unwrap()));
}

/// MiB that a process has in memory.
fn resident(id: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: usize = line.unwrap().trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024
}

/// The rounds of all places in turn, so that what else the machine does meets all.
async fn compare(places: &[(&str, Bus, &str)], rounds: usize) {
    for (_, bus, subject) in places {
        run(bus, subject, 500, 8).await; // until caches are warm and all have connected
    }
    for (what, count, in_flight) in [
        ("one after the other", SEQUENTIAL, 1),
        ("64 in flight", AT_ONCE, IN_FLIGHT),
    ] {
        let mut seen = vec![Vec::new(); places.len()];
        for _ in 0..rounds {
            for ((_, bus, subject), runs) in places.iter().zip(&mut seen) {
                runs.push(run(bus, subject, count, in_flight).await);
            }
        }
        println!(
            "\n| 1 KB, {what} | messages/s | p50 ms | p99 ms | against the first |\n| --- | --- | --- | --- | --- |"
        );
        let base = median(seen[0].iter().map(|run| run.rate));
        for ((name, ..), runs) in places.iter().zip(&seen) {
            let rate = median(runs.iter().map(|run| run.rate));
            println!(
                "| {name} | {rate:.0} | {:.2} | {:.2} | {:.2} |",
                median(runs.iter().map(|run| run.p50)),
                median(runs.iter().map(|run| run.p99)),
                rate / base
            );
        }
    }
}

/// `count` requests, `in_flight` of them at once.
async fn run(bus: &Bus, subject: &str, count: usize, in_flight: usize) -> Run {
    let body = Bytes::from(vec![b'x'; 1024]);
    let begun = Instant::now();
    let asked = stream::iter(0..count).map(|_| async {
        let begun = Instant::now();
        let answer = bus
            .request(subject.to_owned(), body.clone(), Duration::from_secs(30))
            .await;
        assert_eq!(answer.expect("an answer").body.len(), body.len());
        begun.elapsed().as_secs_f64() * 1e3
    });
    let mut took: Vec<f64> = asked.buffer_unordered(in_flight).collect().await;
    let all = begun.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    Run {
        rate: count as f64 / all,
        p50: took[count / 2],
        p99: took[count * 99 / 100],
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The embedded host in a process of its own, as the other one has.
async fn embedded(nats: &str, wasm: &str, subject: &str) {
    let client = async_nats::connect(nats).await.unwrap();
    let _host = host(Bus::Nats(client.into()), &std::fs::read(wasm).unwrap(), subject).await;
    println!("ready");
    std::future::pending::<()>().await;
}

async fn host(bus: Bus, wasm: &[u8], subject: &str) -> Arc<Host> {
    let runtime = Runtime::new(&Options::default()).unwrap();
    let host = Host::new(bus, Observer::default());
    let task = Task {
        name: "echo".into(),
        component_name: "echo".into(),
        code: runtime.load(wasm.to_vec()).await.unwrap(),
        config: [
            ("dest_topic".to_owned(), "out".to_owned()),
            ("max_payload".to_owned(), PAYLOAD.to_string()),
        ]
        .into(),
        subscriptions: vec![(subject.to_owned(), Some("echo".into()))],
        address: None,
        request_limit: Duration::from_secs(5),
        instances: 100,
        stores: Default::default(),
    };
    host.put(task).await.unwrap();
    Arc::new(host)
}

/// The same component on the wasmCloud host, with its own messaging provider: the
/// faster of the two that there are.
async fn deploy(lattice: &Lattice, wasm: Vec<u8>) {
    let registry = Registry::new(RegistryConfig {
        url: lattice.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    let published = registry.unwrap().publish("echo", "1.0.0", &"0".repeat(64), wasm).await;
    let nats = NatsConfig {
        url: lattice.nats(),
        ..NatsConfig::default()
    };
    let wadm = pelato::deploy::Lattice::connect(&nats, lattice.name()).await.unwrap();
    let manifest = of(lattice, &published.unwrap().reference);
    let deployed = wadm
        .deploy(
            &manifest,
            &mut TaskRoll::default(),
            &Reporter::default(),
            &CancellationToken::new(),
        )
        .await;
    println!("\ndeployed: {:?}", deployed.unwrap().state);
}

fn of(lattice: &Lattice, image: &str) -> Manifest {
    let task = pelato::workflow::Task {
        name: "echo".into(),
        component_name: "echo".into(),
        template: "processor_nats".into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some("wasmcloud.in".into()),
        dest_topic: Some("out".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
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
        providers: &Providers::builtin(),
        nats: &lattice.nats(),
        sql: None,
        agent: false,
        owner: &owner,
    };
    manifest(&task, &placement, "sha256:00", "", &Templates::builtin().unwrap()).unwrap()
}
