//! The only place that prints: events and errors to stderr, results to stdout.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where the program speaks"
)]

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::Arc;

use indicatif::MultiProgress;
use serde::Serialize;
use tracing_subscriber::fmt::MakeWriter;

use super::CommandError;
use super::progress::Progress;
use crate::document::Diagnostics;
use crate::pipeline::RunError;
use crate::report::{Event, Reporter, Sink, line, printable};

/// Prints for people, and for programs with `--json`.
#[derive(Clone)]
pub(super) struct Printer {
    colours: bool,
    /// What is drawn below the text, on a terminal.
    bars: Option<MultiProgress>,
}

impl Printer {
    /// Colours only on a terminal, and never where `NO_COLOR` is set.
    pub(super) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let terminal = stderr().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        // Some CI has a terminal, whose text is kept and read later.
        let plain = set("CI") || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            colours: terminal && !unwanted,
            bars: (terminal && !plain).then(MultiProgress::new),
        }
    }

    /// Whether what goes to stderr may have colours.
    pub(super) fn colours(&self) -> bool {
        self.colours
    }

    /// A reporter whose events go to stderr.
    pub(super) fn reporter(&self) -> Reporter {
        let sink: Arc<dyn Sink> = match &self.bars {
            Some(bars) => Arc::new(Progress::new(bars.clone(), |text| eprintln!("{text}"))),
            None => Arc::new(Lines),
        };
        Reporter::new(vec![sink])
    }

    /// Runs `print` while nothing is drawn.
    fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }

    /// Where our own log goes.
    pub(super) fn log(&self) -> LogWriter {
        LogWriter(self.bars.clone())
    }

    /// A sentence about the command as a whole.
    pub(super) fn say(&self, text: &str) {
        self.aside(|| eprintln!("{text}"));
    }

    /// What comes from a task: nothing in it moves the cursor or colours the terminal.
    pub(super) fn strange(&self, text: &str) {
        self.aside(|| eprintln!("{}", printable(text)));
    }

    /// A question: the answer stands behind it.
    pub(super) fn ask(&self, text: &str) {
        eprint!("{text} ");
        // A terminal that takes nothing gives no answer either.
        let _ = stderr().flush();
    }

    /// A result, byte by byte.
    pub(super) fn bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        self.aside(|| {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(bytes)?;
            stdout.flush()
        })
    }

    /// A line of what a command is there to show.
    pub(super) fn show(&self, text: &str) {
        self.aside(|| line_of(text));
    }

    /// The one JSON document of a command.
    pub(super) fn json(&self, document: &impl Serialize) {
        self.aside(|| match serde_json::to_string_pretty(document) {
            Ok(text) => line_of(&text),
            Err(error) => eprintln!("error: the result is no JSON: {error}"),
        });
    }

    /// What was found in a document, as people read it.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics) {
        eprintln!("{}\n", diagnostics.render(self.colours));
    }

    /// Why the command ended early.
    pub(super) fn error(&self, error: &CommandError) {
        self.aside(|| match error {
            CommandError::Run(RunError::Workflow(all)) => {
                for diagnostics in all {
                    self.diagnostics(diagnostics);
                }
            }
            CommandError::Configuration(diagnostics) => self.diagnostics(diagnostics),
            CommandError::Invalid => {}
            CommandError::Templates(error) => eprintln!("{}\n", error.render(self.colours)),
            CommandError::Run(RunError::Cancelled) => eprintln!("interrupted; nothing was left running"),
            other => eprintln!("error: {other}"),
        });
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

/// Writes our own log beside what is drawn.
pub(super) struct LogWriter(Option<MultiProgress>);

impl std::io::Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        let write = || stderr().lock().write(text);
        match &self.0 {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        stderr().flush()
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self(self.0.clone())
    }
}
