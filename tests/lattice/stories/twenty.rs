//! Twenty applications in one run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use pelato::publish::{Registry, RegistryConfig};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::project_on;
use crate::answering::answering;
use crate::command::{Project, Task};

const COUNT: usize = 20;

/// A way to NATS that counts the connections of those who call themselves `pelato`.
struct Counted {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Counted {
    async fn to(nats: &str) -> Self {
        let nats = nats.trim_start_matches("nats://").to_owned();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("nats://{}", door.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = door.accept().await {
                tokio::spawn(carry(client, nats.clone(), Arc::clone(&counted)));
            }
        });
        Self { url, connections }
    }
}

/// Carries one connection. What a client says first is who it is.
async fn carry(client: TcpStream, nats: String, counted: Arc<AtomicUsize>) {
    let Ok(server) = TcpStream::connect(nats).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let mut said = Vec::new();
        while !said.contains(&b'\n') && from_client.read_buf(&mut said).await.is_ok_and(|count| count > 0) {}
        if String::from_utf8_lossy(&said).contains(r#""name":"pelato""#) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        tokio::io::copy(&mut &said[..], &mut to_server).await?;
        tokio::io::copy(&mut from_client, &mut to_server).await
    };
    let down = tokio::io::copy(&mut from_server, &mut to_client);
    drop(tokio::join!(up, down));
}

fn name(at: usize) -> String {
    format!("twenty_{at:02}")
}

/// What a task answers in a round.
fn words(at: usize, round: &str) -> String {
    format!("{} {round}", name(at))
}

/// Writes the code of all tasks and publishes a component for each that says the same,
/// and is smaller than what Go makes of it.
async fn publish(lattice: &Lattice, project: &Project, round: &str) {
    for at in 0..COUNT {
        let code = format!(
            "package main\n\nfunc exec_task(arg string) string {{ return {:?} }}\n",
            words(at, round)
        );
        project.write(&format!("tasks/{}.go", name(at)), &code);
    }
    let plan = project.pelato(&["plan", "--json"]).await.json();
    let registry = Registry::new(RegistryConfig {
        url: lattice.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    let registry = registry.unwrap();
    let planned = plan["projects"][0]["tasks"].as_array().unwrap();
    assert_eq!(planned.len(), COUNT);
    for (at, planned) in planned.iter().enumerate() {
        let fingerprint = planned["fingerprint"].as_str().unwrap();
        let component = answering(&words(at, round));
        let published = registry.publish(&name(at), "1.0.0", fingerprint, component).await;
        published.unwrap();
    }
}

/// Asks until the answer is what is wanted: a built-in provider listens some
/// milliseconds after the host lists it.
async fn until_answered(nats: &async_nats::Client, at: usize, wanted: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let asked = nats.request(format!("{}.in", name(at)), "?".into());
        let answer = tokio::time::timeout(Duration::from_secs(2), asked).await;
        if matches!(&answer, Ok(Ok(answer)) if answer.payload == wanted.as_bytes()) {
            return;
        }
        assert!(Instant::now() < deadline, "{wanted}: {answer:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn twenty_applications_go_over_one_connection_and_each_is_deployed_once() {
    let lattice = Lattice::start(Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    let counted = Counted::to(&lattice.nats()).await;
    let project = project_on(&lattice, "acme/twenty")
        .with("PELATO_NATS_URL", &counted.url)
        .with("PELATO_PROVIDERS", "builtin");
    project.workflow(
        &(0..COUNT)
            .map(|at| Task::processor(&name(at), &["edge"]))
            .collect::<Vec<_>>(),
    );
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let mut asked = nats
        .subscribe(format!("wadm.api.{}.model.>", lattice.name()))
        .await
        .unwrap();
    nats.flush().await.unwrap();

    for round in ["first", "second"] {
        publish(&lattice, &project, round).await;
        while tokio::time::timeout(Duration::ZERO, asked.next()).await.is_ok() {}
        let before = counted.connections.load(Ordering::Relaxed);

        let ended = project.pelato(&["deploy", "--json"]).await;

        assert_eq!(ended.code, Some(0), "{}", ended.said);
        assert_eq!(ended.last(), format!("done: {COUNT} deployed"));
        assert_eq!(counted.connections.load(Ordering::Relaxed), before + 1);
        let outcome = ended.json();
        let tasks = outcome["tasks"].as_array().unwrap();
        let running = |task: &Value| task["targets"][0]["state"] == "running" && task["deployed"] == true;
        assert!(tasks.len() == COUNT && tasks.iter().all(running), "{outcome}");
        for at in 0..COUNT {
            until_answered(&nats, at, &words(at, round)).await;
        }
        // What wadm was asked to do, by verb and application.
        nats.flush().await.unwrap();
        let mut changes: BTreeMap<String, usize> = BTreeMap::new();
        while let Ok(Some(message)) = tokio::time::timeout(Duration::from_millis(200), asked.next()).await {
            let mut words = message.subject.split('.').skip(4);
            let (verb, application) = (words.next().unwrap(), words.next().unwrap_or_default());
            if matches!(verb, "deploy" | "undeploy" | "del") {
                *changes.entry(format!("{verb} {application}")).or_default() += 1;
            }
        }
        let verbs: &[&str] = if round == "first" {
            &["deploy"]
        } else {
            &["deploy", "undeploy", "del"]
        };
        assert_eq!(changes.len(), COUNT * verbs.len(), "{changes:?}");
        assert!(changes.values().all(|count| *count == 1), "{changes:?}");
    }
}
