//! SIGKILL at every boundary of a run and at any other instant: the runner is started
//! again, and everything comes out as if nothing had been.
//!
//! Nothing of the program knows of this. What surrounds it holds its answers: the git
//! server, the forge, the registry, Go and the local host. While one of them does, the
//! runner is at a known instant, and is killed there.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop here, and says how far it came"
)]

mod tiny_task;

#[path = "support/forge.rs"]
mod forge;
#[allow(dead_code, reason = "this story needs a part of it")]
#[path = "local/host.rs"]
mod host;
#[allow(dead_code, reason = "this story needs a part of it")]
#[path = "publish/registry.rs"]
mod registry;
#[allow(dead_code, reason = "this story needs a part of it")]
#[path = "lattice/push/repository.rs"]
mod repository;

#[path = "killed/checks.rs"]
mod checks;
#[path = "killed/door.rs"]
mod door;
#[path = "killed/gate.rs"]
mod gate;
#[path = "killed/git.rs"]
mod git;
#[path = "killed/go.rs"]
mod go;
#[path = "killed/points.rs"]
mod points;
#[path = "killed/process.rs"]
mod process;
#[path = "killed/story.rs"]
mod story;
#[path = "killed/tasks.rs"]
mod tasks;
#[path = "killed/two.rs"]
mod two;
#[path = "killed/world.rs"]
mod world;
