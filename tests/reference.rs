//! The pages of `docs/reference/` that are made from the program: commands, variables, the
//! keys of `runner.yaml`, HTTP, metrics.
//! `PELATO_WRITE_DOCS=1 cargo test --test reference` writes them.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

#[path = "reference/commands.rs"]
mod commands;
#[path = "support/door.rs"]
mod door;
#[path = "reference/http.rs"]
mod http;
#[path = "reference/keys.rs"]
mod keys;
#[path = "reference/metrics.rs"]
mod metrics;
#[path = "reference/runner.rs"]
mod runner;
#[path = "support/table.rs"]
mod table;
#[path = "reference/variables.rs"]
mod variables;

/// Text as Markdown has it: outside of code a `<` would begin HTML, which is not shown.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.replace('<', "\\<"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The same in a cell of a table.
fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|").replace('\n', " ")
}
