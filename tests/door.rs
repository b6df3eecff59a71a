//! What the runner does with deliveries: real ones, repeated ones, hostile ones.
//! The real router, listener and SQLite; nothing behind the queue.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "support/door.rs"]
mod door;
#[path = "support/forge.rs"]
mod forge;

#[path = "door/attacks.rs"]
mod attacks;
#[path = "door/deliveries.rs"]
mod deliveries;
#[path = "door/metrics.rs"]
mod metrics;
#[path = "door/pages.rs"]
mod pages;
#[path = "door/wire.rs"]
mod wire;

use forge::{FakeForge, Push, Webhook};
use pelato::forge::ForgeKind;

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A commit made of one digit.
fn commit(digit: char) -> String {
    digit.to_string().repeat(40)
}

/// A signed push of `commit` to a branch of `ci/r`.
fn push(forge: &FakeForge, kind: ForgeKind, branch: &str, after: char) -> Webhook {
    let after = commit(after);
    let push = Push {
        repository: "ci/r",
        branch,
        before: ZERO,
        after: &after,
        message: "Warm up",
    };
    forge.push(kind, &push).signed(door::SECRET)
}
