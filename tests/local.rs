//! `deploy: local`: tasks on this machine, in a process of their own. The real
//! program, this machine's Go, and no lattice, registry or Docker.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod command;
mod database;

#[path = "support/forge.rs"]
mod forge;

#[path = "local/departs.rs"]
mod departs;
#[path = "local/failures.rs"]
mod failures;
#[path = "local/host.rs"]
mod host;
#[path = "local/life.rs"]
mod life;
#[path = "local/monorepo.rs"]
mod monorepo;
#[path = "local/moving.rs"]
mod moving;
#[path = "local/named.rs"]
mod named;
#[path = "local/new.rs"]
mod new;
#[path = "local/owners.rs"]
mod owners;
#[path = "local/plan.rs"]
mod plan;
#[path = "local/process.rs"]
mod process;
#[path = "local/promote.rs"]
mod promote;
#[path = "local/push.rs"]
mod push;
#[path = "local/pushes.rs"]
mod pushes;
#[path = "local/rollback.rs"]
mod rollback;
#[path = "local/rows.rs"]
mod rows;
