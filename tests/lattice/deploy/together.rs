//! Two processes that roll one task at the same time.

use lattice_harness::Lattice as Real;
use pelato::deploy::{Lattice, TaskRoll};
use pelato::generate::Manifest;
use pelato::report::{Reporter, TargetState};
use tokio_util::sync::CancellationToken;

use super::application::{image, manifest, owner};
use super::connect;

/// Rolls a task, target by target, as a run does.
async fn roll(lattice: &Lattice, manifests: [&Manifest; 2]) {
    let mut roll = TaskRoll::default();
    for manifest in manifests {
        let outcome = lattice
            .deploy(manifest, &mut roll, &Reporter::default(), &CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(outcome.state, TargetState::Running, "{:?}", outcome.reason);
    }
}

#[tokio::test]
async fn two_who_roll_one_task_end_with_one_version_on_all_targets() {
    let real = Real::shared().await.unwrap();
    let (one, two) = (connect(real).await, connect(real).await);
    let (a, b) = (image(real, "wanted", "a").await, image(real, "wanted", "b").await);
    let of = |image: &str| ["edge", "cloud"].map(|target| manifest(real, "wanted", target, image, &owner()));
    let ([edge_a, cloud_a], [edge_b, cloud_b]) = (of(&a), of(&b));

    // Each begins with what the other has last: target by target they would pass each
    // other, and leave one version here and the other there.
    tokio::join!(roll(&one, [&edge_a, &cloud_a]), roll(&two, [&cloud_b, &edge_b]));

    let mut images = Vec::new();
    for application in ["wanted-edge", "wanted-cloud"] {
        let deployed = one.deployed(application).await.unwrap().unwrap();
        assert!(deployed.deployed);
        images.push(deployed.image().unwrap().to_owned());
    }
    assert!(images == [a.clone(), a] || images == [b.clone(), b], "{images:?}");
}
