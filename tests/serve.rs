//! `pelato serve` as a process of its own: killed, stopped, crowded, and asked from a
//! command line. What it would build is never reached: its repositories do not answer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "support/forge.rs"]
mod forge;
#[path = "serve/process.rs"]
mod process;
#[path = "serve/remote.rs"]
mod remote;

mod tiny_task;

#[path = "serve/asked.rs"]
mod asked;
#[path = "serve/containers.rs"]
mod containers;
#[path = "serve/crowd.rs"]
mod crowd;
#[path = "serve/drain.rs"]
mod drain;
#[path = "serve/heads.rs"]
mod heads;
#[path = "serve/killed.rs"]
mod killed;
#[path = "serve/unit.rs"]
mod unit;
