//! What is lost, and for how long nothing is answered, when a place of the continuum dies,
//! hangs, is cut off, drained, comes back, or gets a new version.
//!
//! `make bench-continuum` [RUNS=10 STOCK=3]: as root, since it makes a network that can be
//! cut. With `dry` nothing is written, with `impatient` who asks does not wait longer each
//! time. It writes benches/continuum.md, and the figures and pictures beside it. The parts
//! are those of the tests of the lattice, the application is deployed by `pelato serve`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "continuum/events.rs"]
mod events;
#[path = "../tests/support/forge.rs"]
mod forge;
#[path = "continuum/page.rs"]
mod page;
#[path = "continuum/picture.rs"]
mod picture;
#[allow(dead_code, reason = "the tests take more of it")]
#[path = "../tests/lattice/push/repository.rs"]
mod repository;
#[path = "continuum/rows.rs"]
mod rows;
#[allow(dead_code, reason = "the tests take more of it")]
#[path = "../tests/lattice/push/runner.rs"]
mod runner;
#[path = "../tests/lattice/continuum/stage.rs"]
mod stage;
#[path = "continuum/traffic.rs"]
mod traffic;

use std::process::ExitCode;

use lattice_harness::{Continuum, Timings};

// What the stage is made of.
use self::forge::{FakeForge, Push};
use self::repository::Repository;
use self::runner::Runner;

#[tokio::main]
async fn main() -> ExitCode {
    if let Err(reason) = Continuum::is_possible() {
        println!("bench-continuum: {reason}");
        return ExitCode::FAILURE;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let given = arguments.iter().find_map(|argument| argument.strip_prefix(name));
        given.map_or(default, |text| text.parse().unwrap())
    };
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let builtin = has("builtin");
    let mut all = rows::Rows::default();
    for (name, timings, runs) in [
        ("shipped", Timings::SHIPPED, number("runs=", 10)),
        ("stock", Timings::STOCK, number("stock=", 3)),
    ] {
        if runs > 0 {
            events::run(name, timings, (builtin, has("impatient")), runs, &mut all).await;
        }
    }
    let providers = match builtin {
        true => "the one within the host",
        false => "an external one, `messaging-nats` 0.27.0",
    };
    if !has("dry") {
        page::write(&all, providers);
    }
    ExitCode::SUCCESS
}
