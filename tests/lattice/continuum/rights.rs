//! The accounts and users of `examples/continuum`: they are enough, and not more.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectOptions};
use lattice_harness::{Continuum, Timings};

use super::stage::{Setting, Stage};
use super::{WORKFLOW, answer, filter};

#[tokio::test]
async fn the_users_of_the_example_may_do_what_they_must_and_no_more() {
    if let Err(reason) = Continuum::is_possible() {
        println!("skipped: {reason}");
        return;
    }
    let setting = Setting {
        guarded: true,
        ..Setting::default()
    };
    let stage = Stage::set(Timings::SHIPPED, WORKFLOW, setting).await;
    let continuum = &stage.continuum;
    // A first deployment, a roll, and an edge host that comes back.
    for says in ["one", "two"] {
        stage.deploy("tasks/warm.go", &filter(20, says)).await;
        let said = format!("1 {says}");
        for nats in [continuum.leaf(), continuum.hub()] {
            let answers = async || answer(&nats, "1 25").await.as_deref() == Some(&said);
            stage.until("an answer", answers).await;
        }
    }
    continuum.kill_edge().unwrap();
    let back = async || continuum.edge_starts() == 2 && continuum.running_on("edge").await.unwrap().len() == 2;
    stage.until("the edge has its task and its provider", back).await;
    assert_eq!(violations(continuum), "", "somebody needs more than it may");

    // A task, or who talks to tasks, reaches neither hosts nor wadm, nor JetStream.
    let task = async_nats::connect(continuum.leaf()).await.unwrap();
    for subject in [
        "wasmbus.ctl.v1.default.host.ping",
        "wadm.api.default.model.list",
        "$JS.API.INFO",
    ] {
        assert!(!is_answered(&task, subject).await, "a task reaches {subject}");
    }
    // The runner makes no links, starts no providers, and reads no stream.
    let address = continuum.runner().replace("nats://", "");
    let (user, address) = address.rsplit_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let runner = ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned());
    let runner = runner.connect(address).await.unwrap();
    assert!(is_answered(&runner, "wadm.api.default.model.list").await);
    let host = continuum.until_answers("cloud").await.unwrap();
    let start = format!("wasmbus.ctl.v1.default.provider.start.{host}");
    for subject in ["wasmbus.ctl.v1.default.link.get", &start, "$JS.API.INFO"] {
        assert!(!is_answered(&runner, subject).await, "the runner reaches {subject}");
    }
    // A host tells wadm nothing but what happens.
    let host = async_nats::connect(address).await.unwrap();
    assert!(!is_answered(&host, "wadm.api.default.model.list").await);
    let wrong = ConnectOptions::with_user_and_password("runner".to_owned(), "wrong".to_owned());
    assert!(wrong.connect(address).await.is_err());
}

/// Whether somebody answers within a moment. What is not allowed has no answer at all.
async fn is_answered(client: &Client, subject: &str) -> bool {
    let asked = client.request(subject.to_owned(), "".into());
    let asked = tokio::time::timeout(Duration::from_millis(500), asked).await;
    matches!(asked, Ok(Ok(_)))
}

/// What the servers have refused: `<server>: <what>`, a line each.
fn violations(continuum: &Continuum) -> String {
    let mut all = BTreeSet::new();
    for part in ["lattice-hub", "lattice-leaf", "application-hub", "application-leaf"] {
        let log = std::fs::read_to_string(continuum.folder().join(format!("logs/{part}.log"))).unwrap();
        for line in log.lines().filter(|line| line.contains("Violation")) {
            all.insert(format!("{part}: {line}"));
        }
    }
    all.into_iter().collect::<Vec<_>>().join("\n")
}
