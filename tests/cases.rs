//! Tasks called by hand, and held against their authors' cases, through the real
//! program.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod command;
mod database;

#[path = "publish/registry.rs"]
mod registry;

#[path = "cases/examples.rs"]
mod examples;
#[path = "cases/hostile.rs"]
mod hostile;
#[path = "cases/invoke.rs"]
mod invoke;
#[path = "cases/run.rs"]
mod run;
#[path = "cases/test.rs"]
mod test;

/// A JSON document without what differs from run to run.
fn without_times(json: &str) -> String {
    let times = regex::Regex::new(r#"("[a-z_]*(?:seconds|first|min|median|p99|max)"): [0-9.e-]+"#).unwrap();
    times.replace_all(json, "$1: [TIME]").into_owned()
}
