//! What a lattice runs after a deployment, and what it does not do twice.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use lattice_harness::{Lattice as Real, Options};
use pelato::deploy::{Limits, TaskRoll};
use pelato::generate::{Manifest, Owner};
use pelato::report::{Reporter, TargetState};
use tokio_util::sync::CancellationToken;

use super::application::{builtin, image, is_listened_to, manifest, owner, running_on};
use super::{connect, deploy, refused};

#[tokio::test]
async fn it_runs_and_a_second_time_nothing_changes() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let image = image(real, "first", "a").await;
    let manifest = manifest(real, "first", "edge", &image, &owner());

    let outcome = deploy(&lattice, &manifest).await;
    assert_eq!(
        (outcome.state, outcome.changed, outcome.reason),
        (TargetState::Running, true, None)
    );
    assert!(is_listened_to(real, "first").await);
    let running = running_on(real, "edge").await;
    assert!(
        running.contains(&manifest.component_id) && running.contains(&manifest.provider_ids[0]),
        "{running:?}"
    );
    assert!(!running_on(real, "cloud").await.contains(&manifest.component_id));
    let deployed = lattice.deployed("first-edge").await.unwrap().unwrap();
    assert!(deployed.deployed);
    assert_eq!(deployed.version, manifest.version);
    assert_eq!(deployed.annotations["pelato.repository"], "acme/thermo");
    let ours = lattice.applications().await.unwrap();
    assert!(ours.iter().any(|application| application.application == "first-edge"));

    let again = deploy(&lattice, &manifest).await;
    assert_eq!((again.state, again.changed), (TargetState::Running, false));
}

#[tokio::test]
async fn other_code_under_the_same_version_is_rolled() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let old = manifest(real, "rolled", "edge", &image(real, "rolled", "a").await, &owner());
    let new_image = image(real, "rolled", "b").await;
    let new = manifest(real, "rolled", "edge", &new_image, &owner());
    deploy(&lattice, &old).await;

    let outcome = deploy(&lattice, &new).await;

    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, true));
    assert!(is_listened_to(real, "rolled").await);
    let inventory = real.inventory("edge").await.unwrap();
    let component = inventory["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|part| part["id"] == *new.component_id)
        .unwrap();
    assert_eq!(component["image_ref"], *new_image);
    // Back again: the version was there before, and is deployed as if new.
    assert!(deploy(&lattice, &old).await.changed);
}

#[tokio::test]
async fn an_interrupted_roll_is_completed() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let image = image(real, "halfway", "a").await;
    let manifest = manifest(real, "halfway", "edge", &image, &owner());
    let wadm =
        wadm_client::Client::from_nats_client(real.name(), None, async_nats::connect(real.nats()).await.unwrap());

    // Put, but not deployed.
    let document: wadm_types::Manifest = serde_json::from_value(manifest.document.clone()).unwrap();
    wadm.put_manifest(document).await.unwrap();
    assert_eq!(deploy(&lattice, &manifest).await.state, TargetState::Running);
    // Undeployed, but not deleted, and still running when the next one comes.
    wadm.undeploy_manifest("halfway-edge").await.unwrap();
    let outcome = deploy(&lattice, &manifest).await;
    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, true));
}

#[tokio::test]
async fn without_a_host_it_waits_for_one() {
    let real = Real::start(Options {
        hosts: vec!["cloud".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    let lattice = connect(&real).await;
    let image = image(&real, "patient", "a").await;
    let manifest = manifest(&real, "patient", "edge", &image, &owner());

    let outcome = deploy(&lattice, &manifest).await;
    assert_eq!(outcome.state, TargetState::Waiting);
    assert_eq!(outcome.reason.as_deref(), Some("no host with host-type=edge answers"));
    assert!(!deploy(&lattice, &manifest).await.changed);

    real.start_host("edge", &[]).await.unwrap();
    let outcome = deploy(&lattice, &manifest).await;
    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, false));
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let image = image(real, "taken", "a").await;
    let theirs = Owner {
        repository: "other/thermo".to_owned(),
        project: "edge".to_owned(),
        ..owner()
    };
    deploy(&lattice, &manifest(real, "taken", "edge", &image, &theirs)).await;
    let ours = manifest(real, "taken", "edge", &image, &owner());

    let message = "the application taken-edge on this lattice belongs to other/thermo, project edge (environment default), not to acme/thermo (environment default); \
                   it was left alone: choose another component_name, or remove the other one first";
    assert_eq!(refused(&lattice, &ours).await, message);
    let removed = lattice
        .remove("taken-edge", &owner(), &Reporter::default(), &CancellationToken::new())
        .await;
    assert_eq!(removed.unwrap_err().to_string(), message);
    assert!(running_on(real, "edge").await.contains(&ours.component_id));

    // One that pelato has not deployed.
    let mut nobodys = ours.document.clone();
    nobodys["metadata"]["name"] = "handmade-edge".into();
    nobodys["metadata"]["annotations"] = serde_json::json!({"version": "1"});
    let wadm =
        wadm_client::Client::from_nats_client(real.name(), None, async_nats::connect(real.nats()).await.unwrap());
    wadm.put_manifest(serde_json::from_value::<wadm_types::Manifest>(nobodys).unwrap())
        .await
        .unwrap();
    insta::assert_snapshot!(
        refused(&lattice, &manifest(real, "handmade", "edge", &image, &owner())).await,
        @"the application handmade-edge on this lattice belongs to someone who did not deploy it with pelato, not to acme/thermo (environment default); it was left alone: choose another component_name, or remove the other one first"
    );
}

#[tokio::test]
async fn removed_means_gone() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let image = image(real, "leaving", "a").await;
    let manifest = manifest(real, "leaving", "cloud", &image, &owner());
    deploy(&lattice, &manifest).await;

    let remove = async || {
        let begun = std::time::Instant::now();
        let removed = lattice
            .remove(
                "leaving-cloud",
                &owner(),
                &Reporter::default(),
                &CancellationToken::new(),
            )
            .await
            .unwrap();
        println!("leaving-cloud: removed {removed} in {:?}", begun.elapsed());
        removed
    };
    assert!(remove().await);
    let running = running_on(real, "cloud").await;
    assert!(
        !running.contains(&manifest.component_id) && !running.contains(&manifest.provider_ids[0]),
        "{running:?}"
    );
    assert_eq!(lattice.deployed("leaving-cloud").await.unwrap(), None);
    assert!(!remove().await);
}

#[tokio::test]
async fn a_cancelled_run_changes_nothing() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let image = image(real, "cancelled", "a").await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let manifest = manifest(real, "cancelled", "edge", &image, &owner());
    let error = lattice
        .deploy(&manifest, &mut TaskRoll::default(), &Reporter::default(), &cancel)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "cancelled before cancelled-edge was deployed");
    assert_eq!(lattice.deployed("cancelled-edge").await.unwrap(), None);
}

#[tokio::test]
async fn a_provider_built_into_the_host_is_waited_for_too() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let old = builtin(manifest(
        real,
        "inside",
        "edge",
        &image(real, "inside", "a").await,
        &owner(),
    ));
    let new = builtin(manifest(
        real,
        "inside",
        "edge",
        &image(real, "inside", "b").await,
        &owner(),
    ));

    assert_eq!(deploy(&lattice, &old).await.state, TargetState::Running);
    // It cannot be asked whether it listens yet, which takes it some milliseconds.
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_listened_to(real, "inside").await {
        assert!(Instant::now() < deadline, "nobody listens");
    }
    assert!(running_on(real, "edge").await.contains(&old.provider_ids[0]));
    assert!(!deploy(&lattice, &old).await.changed);
    assert_eq!(deploy(&lattice, &new).await.state, TargetState::Running);
}

/// Starts a component that wadm knows nothing of, under the id that `manifest` will have.
async fn orphan(real: &Real, manifest: &Manifest, image: &str) {
    let host = real.host_id("edge").unwrap();
    let command =
        serde_json::json!({"component_ref": image, "component_id": manifest.component_id, "host_id": host, "count": 1});
    let client = async_nats::connect(real.nats()).await.unwrap();
    let subject = format!("wasmbus.ctl.v1.{}.component.scale.{host}", real.name());
    client.request(subject, command.to_string().into()).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !running_on(real, "edge").await.contains(&manifest.component_id) {
        assert!(Instant::now() < deadline, "the orphan does not start");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_a_killed_run_left_behind_is_stopped_first() {
    let real = Real::shared().await.unwrap();
    let lattice = connect(real).await;
    let old = image(real, "orphan", "a").await;
    let new = manifest(real, "orphan", "edge", &image(real, "orphan", "b").await, &owner());
    orphan(real, &new, &old).await;

    let outcome = deploy(&lattice, &new).await;

    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, true));
}

#[tokio::test]
async fn what_shows_only_later_is_stopped_too() {
    let real = Real::start(Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    let lattice = connect(&real).await.with_limits(Limits {
        stop: Duration::from_secs(1),
        ..Limits::default()
    });
    let old = image(&real, "late", "a").await;
    let new = manifest(&real, "late", "edge", &image(&real, "late", "b").await, &owner());
    orphan(&real, &new, &old).await;
    let host = &lattice.hosts().await.unwrap()[0];
    let client = async_nats::connect(real.nats()).await.unwrap();
    let asked = format!("wasmbus.ctl.v1.{}.host.get.{}", real.name(), host.id);
    let mut asked = client.subscribe(asked).await.unwrap();
    client.flush().await.unwrap();

    // The host is silent for longer than wadm is given to stop things.
    real.freeze("edge").unwrap();
    let thaw = async {
        for _ in 0..4 {
            asked.next().await;
        }
        real.thaw("edge").unwrap();
    };
    let (outcome, ()) = tokio::join!(deploy(&lattice, &new), thaw);

    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, true));
}

#[tokio::test]
async fn every_host_of_a_target_counts() {
    let real = Real::start(Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    real.start_host("edge-2", &[("host-type", "edge")]).await.unwrap();
    let lattice = connect(&real).await;
    let manifest = manifest(
        &real,
        "everywhere",
        "edge",
        &image(&real, "everywhere", "a").await,
        &owner(),
    );

    assert_eq!(deploy(&lattice, &manifest).await.state, TargetState::Running);
    for host in ["edge", "edge-2"] {
        assert!(running_on(&real, host).await.contains(&manifest.component_id), "{host}");
    }
    // One dies: the other is all that there is, and nothing has to change.
    real.kill("edge-2").unwrap();
    let outcome = deploy(&lattice, &manifest).await;
    assert_eq!((outcome.state, outcome.changed), (TargetState::Running, false));
}
