//! What people read when a lattice is not as it should be.

use lattice_harness::{Lattice as Real, Options};
use pelato::deploy::{Database, Lattice, NatsConfig};
use pelato::report::TargetState;
use secrecy::SecretString;

use super::application::{image, manifest, owner};
use super::guarded_nats::GuardedNats;
use super::{connect, deploy, nats, refused};

#[tokio::test]
async fn an_image_that_is_not_there_is_the_reason() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let there = image(real, "missing", "a").await;
    let gone = format!("{}@sha256:{}", there.split_once('@').unwrap().0, "0".repeat(64));
    let broken = manifest(real, "missing", "edge", &gone, &owner());

    let outcome = deploy(&lattice, &broken).await;

    assert_eq!((outcome.state, outcome.changed), (TargetState::Failed, true));
    let host = real.host_id("edge").unwrap();
    let reason = outcome
        .reason
        .unwrap()
        .replace(&host, "HOST")
        .replace(real.registry(), "REGISTRY");
    insta::assert_snapshot!(reason, @"the host HOST could not start missing_edge-component: failed to fetch component: failed to fetch component under OCI reference `REGISTRY/missing:1.0.0@sha256:000000000 … 0000000000000000000000000000`: failed to fetch OCI path: failed to fetch OCI bytes: Registry error: url http://REGISTRY/v2/missing/manifests/sha256:0000000000000000000000000000000000000000000000000000000000000000, envelope: OCI API errors: [OCI API error: manifest unknown]");

    // The next one that is there mends it.
    let outcome = deploy(&lattice, &manifest(real, "missing", "edge", &there, &owner())).await;
    assert_eq!(outcome.state, TargetState::Running);
}

#[tokio::test]
async fn no_wadm() {
    let real = Real::start(Options {
        wadm: false,
        hosts: vec![],
        ..Options::default()
    })
    .await
    .unwrap();
    let lattice = connect(&real).await;
    assert_eq!(lattice.hosts().await.unwrap(), []);
    let message = refused(
        &lattice,
        &manifest(&real, "lonely", "edge", "127.0.0.1:1/lonely:1.0.0", &owner()),
    )
    .await;
    insta::assert_snapshot!(message.replace(&real.nats(), "NATS"), @"wadm does not answer for the lattice `default` on NATS at NATS; start wadm on that NATS server, or name the lattice that it serves (PELATO_LATTICE, --lattice, or `lattice` of the environment in runner.yaml)");

    // And then NATS goes away under an open connection.
    real.kill("nats").unwrap();
    let message = lattice.applications().await.unwrap_err().to_string();
    insta::assert_snapshot!(message.replace(&real.nats(), "NATS"), @"NATS does not answer at NATS: the connection was lost (request timed out: deadline has elapsed); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");
}

#[tokio::test]
async fn no_nats() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://ci:hunter2@{}", listener.local_addr().unwrap());
    let shown = url.replace("ci:hunter2@", "");
    let silent = Lattice::connect(&nats(&url), "default")
        .await
        .err()
        .unwrap()
        .to_string();
    insta::assert_snapshot!(silent.replace(&shown, "NATS"), @"NATS does not answer at NATS: no answer within 5 s; check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");
    drop(listener);
    let message = Lattice::connect(&nats(&url), "default")
        .await
        .err()
        .unwrap()
        .to_string();
    insta::assert_snapshot!(message.replace(&shown, "NATS"), @"NATS does not answer at NATS: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");
}

#[tokio::test]
async fn wrong_credentials() {
    let guarded = GuardedNats::start();
    let as_user = async |user: &str, password: &str| {
        let config = NatsConfig {
            user: Some(user.to_owned()),
            password: Some(SecretString::from(password)),
            ..nats(&guarded.url)
        };
        Lattice::connect(&config, "default").await
    };
    let shown = |error: pelato::deploy::DeployError| error.to_string().replace(&guarded.url, "NATS");
    insta::assert_snapshot!(shown(as_user("ci", "hunter2").await.err().unwrap()), @"NATS at NATS answers, and refused user `ci`: it has no such user, or another password; check PELATO_NATS_USER and PELATO_NATS_PASSWORD (`nats.user` and `nats.password` of the environment in runner.yaml)");
    insta::assert_snapshot!(shown(Lattice::connect(&nats(&guarded.url), "default").await.err().unwrap()), @"NATS at NATS answers, and refused a connection without credentials: it wants to know who we are; set PELATO_NATS_USER and PELATO_NATS_PASSWORD, PELATO_NATS_TOKEN, PELATO_NATS_NKEY or PELATO_NATS_CREDS (`nats.user` and `nats.password`, `nats.token`, `nats.nkey` or `nats.creds` of the environment in runner.yaml)");
    assert!(as_user("ci", "correct horse").await.is_ok());
    let guest = as_user("guest", "guest").await.unwrap();
    insta::assert_snapshot!(shown(guest.applications().await.unwrap_err()), @r#"NATS at NATS does not let user `guest` do that: nats: Permissions Violation for Publish to "wadm.api.default.model.list"; the account needs to publish to wadm.api.>, wasmbus.ctl.>, wasmbus.rpc.*.*.health and wasmbus.rpc.*.*.linkdefs.del, and to subscribe to wadm.status.>, wasmbus.evt.> and _INBOX.>"#);
}

#[tokio::test]
async fn without_a_host_nobody_keeps_the_way_to_a_database() {
    let options = Options {
        hosts: Vec::new(),
        ..Options::default()
    };
    let real = Real::start(options).await.unwrap();
    let database = Database::named(&"postgres://ada:s3cret@db.example.org/home".into()).unwrap();
    let lattice = connect(&real).await.with_database(Some(database));
    assert_eq!(lattice.database_mark().await.unwrap(), None);
    let mut manifest = manifest(&real, "writer", "edge", "127.0.0.1:1/writer:1.0.0", &owner());
    let name = format!("pelato-sql-{}", manifest.application);
    manifest.document["spec"]["components"][0]["traits"]
        .as_array_mut()
        .unwrap()
        .push(
            serde_json::json!({"type": "link", "properties": {"target": {"name": "sql", "config": [{"name": name}]}}}),
        );
    insta::assert_snapshot!(refused(&lattice, &manifest).await, @"the way to the database, the configuration pelato-sql-writer-edge, could not be put on the lattice `default`: no host answers; start a host of that lattice, then run again");
    assert_eq!(
        lattice.deployed(&manifest.application).await.unwrap(),
        None,
        "nothing was put"
    );
}
