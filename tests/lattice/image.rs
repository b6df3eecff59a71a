//! The runner's image: built of the program under test, started with the limits that
//! `docker/compose.yaml` gives it, it serves a push.

mod container;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Command;
use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::Lattice;
use pelato::forge::ForgeKind;
use serde_json::Value;

pub(crate) use self::container::free_port;
use self::container::{Container, Image};
use super::forge::{FakeForge, Push};
use super::git_server::GitServer;
use super::push::repository::Repository;

const NAME: &str = "acme/shouts";
const SECRET: &str = "s3cr3t-of-the-hook";
const TOKEN: &str = "a-token-of-the-forge";
const PATIENCE: Duration = Duration::from_secs(60);

const WORKFLOW: &str = "\
project_name: Shouts
tasks:
  - name: Shouter
    type: processor_nats
    code: shout.go
    targets: [edge]
    source_topic: image.whispers
    dest_topic: image.shouts
    component_name: image_shouter
    version: 1.0.0
";
const CODE: &str = "\
package main

import \"strings\"

func exec_task(arg string) string { return strings.ToUpper(arg) }
";

#[tokio::test]
async fn the_image_serves_a_push() {
    let image = Image::build();
    let lattice = Lattice::shared().await.unwrap();
    let forge = FakeForge::start().await;
    forge.add_repository(NAME, TOKEN);
    let repository = Repository::empty(0);
    repository.write("workflow.yaml", WORKFLOW);
    repository.write("tasks/shout.go", CODE);
    let git = GitServer::start(&repository.bare()).await;

    let port = free_port();
    let config = format!(
        "\
listen: 127.0.0.1:{port}
data: /var/lib/pelato
reconcile: off
repositories:
  - name: {NAME}
    forge: gitea
    url: http://{git}/r.git
    allow_http: true
    api: {api}
    webhook_secret: {{ env: WEBHOOK_SECRET }}
    token: {{ env: FORGE_TOKEN }}
    branches: {{ main: production }}
environments:
  production:
    registry: {{ url: {registry}/acme }}
    nats: {{ url: {nats} }}
    lattice: {lattice}
    providers: builtin
",
        git = git.address,
        api = forge.api(ForgeKind::Gitea),
        registry = lattice.registry(),
        nats = lattice.nats(),
        lattice = lattice.name(),
    );
    let variables = [("WEBHOOK_SECRET", SECRET), ("FORGE_TOKEN", TOKEN)];
    let runner = Container::start(&image, port, &config, &variables);
    runner.until_healthy().await;
    assert_eq!(runner.said(&["id", "-u"]), "65532");
    assert_eq!(runner.said(&["stat", "-c", "%a %u", "/var/lib/pelato"]), "700 65532");

    let (before, after) = repository.push("first");
    let push = Push {
        repository: NAME,
        branch: "main",
        before: &before,
        after: &after,
        message: "first",
    };
    let url = format!("http://127.0.0.1:{port}");
    let (status, answer) = forge.push(ForgeKind::Gitea, &push).signed(SECRET).send(&url).await;
    assert_eq!(status, 202, "{answer}");
    let run = answer["run"].as_str().unwrap();
    let status = forge.until_settled(NAME, &after, "pelato").await;
    let log = async || {
        reqwest::get(format!("{url}/api/runs/{run}/log"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert_eq!(status.state, "success", "{}\n{}", status.description, log().await);
    assert_eq!(status.description, "1 built, 1 published, 1 deployed");

    // What it put on the lattice answers.
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let mut shouts = nats.subscribe("image.shouts").await.unwrap();
    nats.publish("image.whispers", "hush".into()).await.unwrap();
    let heard = tokio::time::timeout(PATIENCE, shouts.next()).await.unwrap().unwrap();
    assert_eq!(heard.payload, "HUSH");

    // Docker's way to end it is a drain.
    let ready: Value = reqwest::get(format!("{url}/readyz"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ready["ready"], true);
    assert_eq!(runner.stop(), 0, "{}", runner.logs());
    assert!(runner.logs().trim_end().ends_with("stopped"), "{}", runner.logs());
}

/// Answers whoever asks next, and says what it was asked for.
fn answer_once(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = String::new();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while !asked.ends_with("\r\n\r\n") {
            reader.read_line(&mut asked).unwrap();
        }
        stream.write_all(answer.as_bytes()).unwrap();
        asked
    });
    (port, thread)
}

#[test]
fn the_health_check_goes_by_readyz() {
    let well = |port: u16| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docker/runner/health.sh");
        let ran = Command::new(script).env("PELATO_PORT", port.to_string()).output();
        ran.unwrap().status.success()
    };
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", true),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
        ("", false),
    ] {
        let (port, asked) = answer_once(answer);
        assert_eq!(well(port), expected, "{answer:?}");
        let asked = asked.join().unwrap();
        assert!(asked.starts_with("GET /readyz HTTP/1.1\r\n"), "{asked}");
    }
    assert!(!well(free_port()), "nobody listens");
}
