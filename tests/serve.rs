//! `pelato serve` as a process of its own: killed, stopped, crowded, and asked from a
//! command line. Mostly its repositories do not answer, and nothing is
//! built.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "support/forge.rs"]
mod forge;
#[path = "serve/process.rs"]
mod process;
#[path = "serve/remote.rs"]
mod remote;

#[cfg(feature = "local")]
#[path = "serve/gate.rs"]
mod gate;
#[cfg(feature = "local")]
#[path = "serve/git_server.rs"]
mod git_server;
#[cfg(feature = "local")]
#[path = "serve/moody.rs"]
mod moody;
#[cfg(feature = "local")]
#[path = "publish/registry.rs"]
mod real_registry;
mod tiny_task;

#[path = "serve/asked.rs"]
mod asked;
#[cfg(feature = "local")]
#[path = "serve/away.rs"]
mod away;
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
#[path = "serve/told.rs"]
mod told;
#[path = "serve/unit.rs"]
mod unit;
