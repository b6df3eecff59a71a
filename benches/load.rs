//! The door under load: `pelato serve` beside Debian's `webhook`, which stores nothing; a
//! burst of 10,000 deliveries while a run goes on; a history of 100,000 runs.
//!
//! `make bench-load`, or `cargo bench --bench load [-- SECONDS]`: so long for each line of
//! the first table, 5 where nothing is said. Without `webhook` (Debian's package of that
//! name) its lines are left out. It prints the tables of benches/README.md, and asserts
//! nothing about time. What it does assert: whatever was answered 202 is in the store.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "load/burst.rs"]
mod burst;
#[path = "load/client.rs"]
mod client;
#[path = "load/history.rs"]
mod history;
#[path = "load/server.rs"]
mod server;
#[path = "../tests/support/webhook.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use the rest of it")]
mod webhook;

use std::time::Duration;

use client::{Kind, load};
use server::Server;

const CONNECTIONS: [usize; 3] = [1, 32, 256];

#[tokio::main]
async fn main() {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    println!("| server | signatures | connections | answered/s | done/s | p50 ms | p99 ms | peak MiB |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for kind in [Kind::Good, Kind::Bad] {
        for connections in CONNECTIONS {
            for peer in [false, true] {
                // Each line has a process and a store of its own.
                let server = match peer {
                    false => Server::pelato().await,
                    true => Server::webhook().await,
                };
                let Some(server) = server else {
                    continue;
                };
                let seen = load(&server, kind, connections, time).await;
                // `webhook` answers before its command runs: what it has taken on by then is
                // part of the work. Ours is on the disk when it is answered.
                let rest = server.at_rest().await;
                println!(
                    "| {} | {kind:?} | {connections} | {:.0} | {:.0} | {:.2} | {:.2} | {:.1} |",
                    server.name,
                    seen.rate(),
                    seen.rate_with(rest),
                    seen.millis(0.5),
                    seen.millis(0.99),
                    server.peak()
                );
            }
        }
    }
    if !Server::has_webhook() {
        println!("\n`webhook` is not installed here: its lines are left out (apt install webhook)");
    }
    burst::burst().await;
    history::history().await;
}
