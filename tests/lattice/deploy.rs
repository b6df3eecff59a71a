//! Deploying on a real lattice.

#![allow(clippy::print_stdout, reason = "the times are worth reading")]

mod application;
mod credentials;
mod failures;
pub(crate) mod guarded_nats;
mod messages;
mod roll;
mod together;

use std::time::Duration;

use lattice_harness::Lattice as Real;
use pelato::deploy::{Lattice, Limits, NatsConfig, TargetOutcome, TaskRoll};
use pelato::generate::Manifest;
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

fn nats(url: &str) -> NatsConfig {
    NatsConfig {
        url: url.to_owned(),
        ..NatsConfig::default()
    }
}

/// Ours, with limits that a test can wait for.
async fn connect(real: &Real) -> Lattice {
    let lattice = Lattice::connect(&nats(&real.nats()), real.name()).await.unwrap();
    lattice.with_limits(Limits {
        start: Duration::from_secs(60),
        failing: Duration::from_secs(2),
        settle: Duration::from_secs(5),
        ..Limits::default()
    })
}

async fn deploy(lattice: &Lattice, manifest: &Manifest) -> TargetOutcome {
    let reporter = Reporter::default();
    let outcome = lattice
        .deploy(manifest, &mut TaskRoll::default(), &reporter, &CancellationToken::new())
        .await
        .unwrap();
    println!("{}: {:?} in {:?}", manifest.application, outcome.state, outcome.took);
    outcome
}

async fn refused(lattice: &Lattice, manifest: &Manifest) -> String {
    let reporter = Reporter::default();
    let refused = lattice
        .deploy(manifest, &mut TaskRoll::default(), &reporter, &CancellationToken::new())
        .await;
    refused.unwrap_err().to_string()
}
