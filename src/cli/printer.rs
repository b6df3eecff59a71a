//! The only place that prints: events and errors to stderr, results to stdout.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where the program speaks"
)]

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::sync::{Arc, OnceLock};

use indicatif::MultiProgress;
use serde::Serialize;
use tracing_subscriber::fmt::MakeWriter;

use super::CommandError;
use super::actions::{Actions, Told};
use super::progress::Progress;
use crate::document::Diagnostics;
use crate::pipeline::RunError;
use crate::report::{Event, Mask, Reporter, Sink, line, printable};
use crate::services::Services;

/// Prints for people, and for programs with `--json`.
#[derive(Clone)]
pub(super) struct Printer {
    colours: bool,
    /// What is drawn below the text, on a terminal.
    bars: Option<MultiProgress>,
    hidden: Hidden,
    actions: Actions,
}

/// The keys whose texts are written for people, and may repeat what others answered.
const FOR_PEOPLE: [&str; 9] = [
    "detail", "error", "help", "message", "output", "reason", "reasons", "said", "summary",
];

/// What is never printed, once it is known.
#[derive(Clone, Default)]
struct Hidden(Arc<OnceLock<Mask>>);

impl Hidden {
    fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.get().map_or(Cow::Borrowed(text), |mask| mask.hide(text))
    }

    /// Hides what is in the texts of a document that were written for people, each on a
    /// line of its own. Its keys, names and digests are what programs go by.
    fn hide_texts<'t>(&self, document: &'t str) -> Cow<'t, str> {
        if self.0.get().is_none() {
            return Cow::Borrowed(document);
        }
        let mut within = false;
        let hide = |line: &'t str| {
            let begin = FOR_PEOPLE.iter().find_map(|key| {
                let rest = line
                    .trim_start()
                    .strip_prefix('"')?
                    .strip_prefix(key)?
                    .strip_prefix("\": ")?;
                Some(line.len() - rest.len())
            });
            let from = match begin {
                Some(from) => {
                    within = line.ends_with('[');
                    from
                }
                None if within && !line.trim_start().starts_with(']') => 0,
                None => {
                    within = false;
                    line.len()
                }
            };
            let (before, text) = line.split_at(from);
            [Cow::Borrowed(before), self.hide(text)].concat()
        };
        Cow::Owned(document.split('\n').map(hide).collect::<Vec<_>>().join("\n"))
    }
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
            hidden: Hidden::default(),
            actions: Actions::of_the_environment(),
        }
    }

    /// Whether what goes to stderr may have colours.
    pub(super) fn colours(&self) -> bool {
        self.colours
    }

    /// From now on nothing printed has these secrets in it, but for the bytes of a result.
    pub(super) fn hide(&self, mask: Mask) {
        // The first one stays: a command has one configuration.
        let _ = self.hidden.0.set(mask);
    }

    /// The same, of the secrets that parts were made with.
    pub(super) fn hide_those_of(&self, services: &Services) -> Mask {
        self.hide_those_of_all(&[services])
    }

    /// The same of several parts.
    pub(super) fn hide_those_of_all(&self, services: &[&Services]) -> Mask {
        let secrets = services.iter().flat_map(|services| services.environment().secrets());
        let secrets: Vec<_> = secrets.collect();
        let mask = Mask::of(secrets.iter().map(|(_, secret)| secret));
        self.hide(mask.clone());
        mask
    }

    /// A reporter whose events go to stderr, without the secrets that parts were made
    /// with.
    pub(super) fn reporter(&self, services: &Services) -> Reporter {
        self.reporter_of_all(&[services])
    }

    /// The same for what works with several parts.
    pub(super) fn reporter_of_all(&self, services: &[&Services]) -> Reporter {
        let mask = self.hide_those_of_all(services);
        let sink: Arc<dyn Sink> = match &self.bars {
            Some(bars) => Arc::new(Progress::new(bars.clone(), |text| eprintln!("{text}"))),
            None => Arc::new(Lines),
        };
        let mut sinks = vec![sink];
        sinks.extend(self.actions.seen().map(|seen| seen as Arc<dyn Sink>));
        Reporter::new(sinks).masked(mask)
    }

    /// The files that an Action reads.
    pub(super) fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Tells an Action, where one asked.
    pub(super) fn tell(&self, told: &Told) {
        for wrong in self.actions.write(told, |text| self.hidden.hide(text).into_owned()) {
            self.say(&format!("warning: {wrong}"));
        }
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
        LogWriter(self.bars.clone(), self.hidden.clone())
    }

    /// A sentence about the command as a whole.
    pub(super) fn say(&self, text: &str) {
        self.aside(|| eprintln!("{}", self.hidden.hide(text)));
    }

    /// What comes from a task: nothing in it moves the cursor or colours the terminal.
    pub(super) fn strange(&self, text: &str) {
        self.aside(|| eprintln!("{}", self.hidden.hide(&printable(text))));
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
        let text = self.json_text(document);
        self.aside(|| match text {
            Ok(text) => line_of(&text),
            Err(error) => eprintln!("error: the result is no JSON: {error}"),
        });
    }

    /// One of many JSON documents, each on a line of its own.
    pub(super) fn json_line(&self, document: &impl Serialize) {
        let text = self.json_text(document);
        let line = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text));
        self.aside(|| match line {
            Ok(line) => line_of(&line.to_string()),
            Err(error) => eprintln!("error: the result is no JSON: {error}"),
        });
    }

    /// Clears the terminal for what is printed again and again; elsewhere an empty line
    /// tells one from the next.
    pub(super) fn begin_again(&self) {
        self.aside(|| match stdout().is_terminal() {
            true => line_of("\u{1b}[H\u{1b}[2J"),
            false => line_of(""),
        });
    }

    /// The same as a text.
    pub(super) fn json_text(&self, document: &impl Serialize) -> serde_json::Result<String> {
        let text = serde_json::to_string_pretty(document)?;
        Ok(self.hidden.hide_texts(&text).into_owned())
    }

    /// What was found in a document, as people read it.
    pub(super) fn diagnostics(&self, diagnostics: &Diagnostics) {
        eprintln!("{}\n", diagnostics.render(self.colours));
    }

    /// Why the command ended early.
    pub(super) fn error(&self, error: &CommandError) {
        self.tell(&Told::of_error(error));
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
            other => eprintln!("error: {}", self.hidden.hide(&other.to_string())),
        });
    }
}

/// A line on stdout. Whoever read it may have gone, as `head` does: then there is
/// nobody left to tell.
fn line_of(text: &str) {
    let _ = writeln!(stdout(), "{text}");
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
pub(super) struct LogWriter(Option<MultiProgress>, Hidden);

impl std::io::Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        // A whole entry: the log writes each at once.
        let entry = String::from_utf8_lossy(text);
        let write = || stderr().lock().write_all(self.1.hide(&entry).as_bytes());
        match &self.0 {
            Some(bars) => bars.suspend(write),
            None => write(),
        }?;
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        stderr().flush()
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self(self.0.clone(), self.1.clone())
    }
}
