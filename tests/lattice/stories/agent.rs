//! An edge that takes all messages, a cloud in reserve, and an agent that says which.

use std::time::{Duration, Instant};

use lattice_harness::{Lattice, Options};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::project_on;
use crate::command::ECHO;

const WORKFLOW: &str = "\
project_name: Thermo
tasks:
  - name: Reserved
    type: processor_nats
    code: reserved.go
    targets: [edge, cloud]
    placement: prefer
    instances: 3
    source_topic: reserved.in
    dest_topic: reserved.out
    component_name: reserved
    version: 1.0.0
";

/// A busy machine compiles a component for some seconds, and gives a host up after 10. wadm
/// waits a minute for the start of a provider within the hosts, which it does not see, and
/// starts it nowhere else meanwhile.
const PATIENCE: Duration = Duration::from_secs(150);

/// One of its own: its hosts die.
async fn mortal() -> Lattice {
    let options = Options {
        cleanup_interval: Duration::from_secs(10),
        ..Options::default()
    };
    Lattice::start(options).await.unwrap()
}

#[tokio::test]
async fn the_reserve_takes_over_and_gives_back() {
    let lattice = mortal().await;
    let project = project_on(&lattice, "acme/reserve");
    project.write("workflow.yaml", WORKFLOW);
    project.write("tasks/reserved.go", ECHO);
    let nobody = project.pelato(&["deploy"]).await;
    assert_eq!(nobody.code, Some(2), "{}", nobody.said);
    insta::assert_snapshot!(nobody.last(), @"error: `reserved` has `placement: prefer`, and the environment `default` has no agent that says which target takes messages: set PELATO_AGENT=true and keep `pelato agent` running, or write `agent: true` for the environment in runner.yaml, where the runner is one");

    let project = project.with("PELATO_AGENT", "True");
    let agent = project.start(&["agent"]);
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    until_takes(&lattice, &["edge"]).await;
    // Its component is on both, so that the cloud is quick.
    for host in ["edge", "cloud"] {
        let inventory = lattice.inventory(host).await.unwrap();
        let component = &inventory["components"][0];
        assert_eq!(component["id"], format!("reserved_{host}-task"));
        assert_eq!(component["max_instances"], 3);
    }
    assert_eq!(answer(&lattice).await.as_deref(), Some("warm"));

    lattice.kill("edge").unwrap();
    until_takes(&lattice, &["cloud"]).await;
    assert_eq!(answer(&lattice).await.as_deref(), Some("warm"));
    lattice.start_host("edge", &[]).await.unwrap();
    until_takes(&lattice, &["edge"]).await;
    assert_eq!(answer(&lattice).await.as_deref(), Some("warm"));

    // Before somebody takes it away on purpose it has nothing in its hands.
    let drained = project.pelato(&["drain", "edge", "--json"]).await;
    assert_eq!(drained.code, Some(0), "{}", drained.said);
    let host = &drained.json()["hosts"][0];
    assert_eq!(host["stopped"], json!(["reserved_edge-messaging"]));
    assert_eq!(host["id"], lattice.host_id("edge").unwrap());
    until_takes(&lattice, &["cloud"]).await;
    assert_eq!(answer(&lattice).await.as_deref(), Some("warm"));
    let again = project.pelato(&["drain", host["id"].as_str().unwrap()]).await;
    assert!(again.last().contains("(no provider ran)"), "{}", again.said);
    let unknown = project.pelato(&["drain", "egde"]).await;
    assert_eq!(unknown.code, Some(2), "{}", unknown.said);
    assert!(
        unknown.last().starts_with(
            "error: no host of the lattice `default` is called `egde`, and none serves a target of that name; there are: "
        ),
        "{}",
        unknown.said
    );
    drop(agent);
}

#[tokio::test]
async fn providers_within_the_hosts_take_over_and_give_back_too() {
    let lattice = mortal().await;
    let project = project_on(&lattice, "acme/reserve")
        .with("PELATO_PROVIDERS", "builtin")
        .with("PELATO_AGENT", "True");
    project.write("workflow.yaml", WORKFLOW);
    project.write("tasks/reserved.go", ECHO);
    let agent = project.start(&["agent"]);
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    until_takes(&lattice, &["edge"]).await;
    lattice.kill("edge").unwrap();
    until_takes(&lattice, &["cloud"]).await;
    lattice.start_host("edge", &[]).await.unwrap();
    until_takes(&lattice, &["edge"]).await;
    drop(agent);
}

/// Who rolls puts the labels of what he rolls. An agent that took what it saw during a
/// roll for news, or held it against the version before, would close a place that is open.
#[tokio::test]
async fn an_agent_closes_nothing_that_was_rolled() {
    let lattice = Lattice::start(Options::default()).await.unwrap();
    let project = project_on(&lattice, "acme/watched").with("PELATO_AGENT", "True");
    project.write("workflow.yaml", &WORKFLOW.replace("    placement: prefer\n", ""));
    let mut agent = project.start(&["agent"]);
    let mut lines = BufReader::new(agent.stderr.take().unwrap()).lines();
    let words = tokio::spawn(async move {
        let mut words = Vec::new();
        while let Ok(Some(line)) = lines.next_line().await {
            println!("the agent: {line}");
            words.push(line);
        }
        words
    });
    for version in 0..6 {
        let code = format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {version}\" }}\n");
        project.write("tasks/reserved.go", &code);
        let ended = project.pelato(&["brush"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        // It looks every half second, and at what is deployed every five.
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    assert!(agent.try_wait().unwrap().is_none(), "it watched to the end");
    agent.kill().await.unwrap();
    let words = words.await.unwrap();
    assert!(words[0].starts_with("watching the lattice"), "{words:#?}");
    let is_wrong = |line: &String| line.contains("no longer") || line.contains("trying again");
    assert!(!words.iter().any(is_wrong), "{words:#?}");
}

/// Waits until exactly these hosts have the provider, which listens.
async fn until_takes(lattice: &Lattice, hosts: &[&str]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut takes = Vec::new();
        for host in ["edge", "cloud"] {
            let provider = format!("reserved_{host}-messaging");
            // One that was killed says nothing.
            let inventory = lattice.inventory(host).await.unwrap_or_default();
            let providers = inventory["providers"].as_array().into_iter().flatten();
            takes.extend(providers.filter(|part| part["id"] == *provider).map(|_| host));
        }
        if takes == hosts && answer(lattice).await.is_some() {
            return;
        }
        assert!(Instant::now() < deadline, "{takes:?} take messages, not {hosts:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What is answered to a message.
async fn answer(lattice: &Lattice) -> Option<String> {
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let asked = tokio::time::timeout(Duration::from_secs(2), nats.request("reserved.in", "warm".into()));
    let answer = asked.await.ok()?.ok()?;
    Some(String::from_utf8_lossy(&answer.payload).into_owned())
}
