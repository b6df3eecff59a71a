//! What people read when a lattice is not as it should be.

use lattice_harness::{Lattice as Real, Options};
use pelato::deploy::{Lattice, NatsConfig};
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
    let reason = outcome.reason.unwrap().replace(&host, "HOST").replace(real.registry(), "REGISTRY");
    insta::assert_snapshot!(reason, @"");

    // The next one that is there mends it.
    let outcome = deploy(&lattice, &manifest(real, "missing", "edge", &there, &owner())).await;
    assert_eq!(outcome.state, TargetState::Running);
}

#[tokio::test]
async fn no_wadm() {
    let real = Real::start(Options { wadm: false, hosts: vec![], ..Options::default() }).await.unwrap();
    let lattice = connect(&real).await;
    assert_eq!(lattice.hosts().await.unwrap(), []);
    let message = refused(&lattice, &manifest(&real, "lonely", "edge", "127.0.0.1:1/lonely:1.0.0", &owner())).await;
    insta::assert_snapshot!(message.replace(&real.nats(), "NATS"), @"");

    // And then NATS goes away under an open connection.
    real.kill("nats").unwrap();
    let message = lattice.applications().await.unwrap_err().to_string();
    insta::assert_snapshot!(message.replace(&real.nats(), "NATS"), @"");
}

#[tokio::test]
async fn no_nats() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://ci:hunter2@{}", listener.local_addr().unwrap());
    let shown = url.replace("ci:hunter2@", "");
    let silent = Lattice::connect(&nats(&url), "default").await.err().unwrap().to_string();
    insta::assert_snapshot!(silent.replace(&shown, "NATS"), @"");
    drop(listener);
    let message = Lattice::connect(&nats(&url), "default").await.err().unwrap().to_string();
    insta::assert_snapshot!(message.replace(&shown, "NATS"), @"");
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
    insta::assert_snapshot!(shown(as_user("ci", "hunter2").await.err().unwrap()), @"");
    insta::assert_snapshot!(shown(Lattice::connect(&nats(&guarded.url), "default").await.err().unwrap()), @"");
    assert!(as_user("ci", "correct horse").await.is_ok());
    let guest = as_user("guest", "guest").await.unwrap();
    insta::assert_snapshot!(shown(guest.applications().await.unwrap_err()), @"");
}
