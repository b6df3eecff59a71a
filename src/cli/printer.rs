//! The only place that prints: events and errors to stderr, results to stdout.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where the program speaks"
)]

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::Arc;

use serde::Serialize;

use super::CommandError;
use crate::document::Diagnostics;
use crate::pipeline::RunError;
#[cfg(feature = "local")]
use crate::report::printable;
use crate::report::{Event, Reporter, Sink, line};

/// Prints for people, and for programs with `--json`.
#[derive(Clone)]
pub(super) struct Printer {
    colours: bool,
}

impl Printer {
    /// Colours only on a terminal, and never where `NO_COLOR` is set.
    pub(super) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colours: stderr().is_terminal() && !unwanted,
        }
    }

    /// Whether what goes to stderr may have colours.
    pub(super) fn colours(&self) -> bool {
        self.colours
    }

    /// A reporter whose events go to stderr.
    pub(super) fn reporter(&self) -> Reporter {
        Reporter::new(vec![Arc::new(Lines)])
    }

    /// A sentence about the command as a whole.
    pub(super) fn say(&self, text: &str) {
        eprintln!("{text}");
    }

    /// What comes from a task: nothing in it moves the cursor or colours the terminal.
    #[cfg(feature = "local")]
    pub(super) fn strange(&self, text: &str) {
        eprintln!("{}", printable(text));
    }

    /// A result, byte by byte.
    #[cfg(feature = "local")]
    pub(super) fn bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// A line of what a command is there to show.
    pub(super) fn show(&self, text: &str) {
        line_of(text);
    }

    /// The one JSON document of a command.
    pub(super) fn json(&self, document: &impl Serialize) {
        match serde_json::to_string_pretty(document) {
            Ok(text) => line_of(&text),
            Err(error) => eprintln!("error: the result is no JSON: {error}"),
        }
    }

    /// What was found in a document, as people read it.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics) {
        eprintln!("{}\n", diagnostics.render(self.colours));
    }

    /// Why the command ended early.
    pub(super) fn error(&self, error: &CommandError) {
        match error {
            CommandError::Run(RunError::Workflow(all)) => {
                for diagnostics in all {
                    self.diagnostics(diagnostics);
                }
            }
            CommandError::Configuration(diagnostics) => self.diagnostics(diagnostics),
            CommandError::Invalid => {}
            CommandError::Run(RunError::Cancelled) => eprintln!("interrupted; nothing was left running"),
            other => eprintln!("error: {other}"),
        }
    }
}

/// A line on stdout. Whoever read it may have gone, as `head` does: then there is
/// nobody left to tell.
fn line_of(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Events as plain lines.
struct Lines;

impl Sink for Lines {
    fn take(&self, event: &Event) {
        if let Some(text) = line(event) {
            eprintln!("{text}");
        }
    }
}
