//! What an Action is told beside what people read: annotations, a summary and outputs, each
//! in a file that a variable of the real environment names. A repository's `.env` has no
//! say in where files are written.

mod annotate;
mod command;
mod markdown;
mod output;
mod places;
mod seen;
mod summary;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use self::command::{data, property};
pub(super) use self::seen::Seen;
use super::CommandError;
use super::check::annotations;
use crate::document::Diagnostics;
use crate::pipeline::{Outcome, ProjectPlan};
#[cfg(feature = "local")]
use crate::testing::TaskResult;

/// The files that are written, and what was seen of the run on the way.
#[derive(Clone, Default)]
pub(super) struct Actions {
    /// `PELATO_ANNOTATIONS`: workflow commands, a line each.
    annotations: Option<PathBuf>,
    /// `PELATO_SUMMARY`: Markdown.
    summary: Option<PathBuf>,
    /// `PELATO_OUTPUT`: assignments, as a step's outputs are written.
    output: Option<PathBuf>,
    seen: Arc<Seen>,
}

/// What goes into which file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) annotations: Vec<String>,
    pub(super) summary: String,
    pub(super) outputs: Vec<(&'static str, String)>,
}

impl Actions {
    pub(super) fn of_the_environment() -> Self {
        let file = |name: &str| {
            let path = std::env::var_os(name).filter(|path| !path.is_empty());
            path.map(PathBuf::from)
        };
        Self {
            annotations: file("PELATO_ANNOTATIONS"),
            summary: file("PELATO_SUMMARY"),
            output: file("PELATO_OUTPUT"),
            seen: Arc::default(),
        }
    }

    /// What watches a run, where somebody wants to know.
    pub(super) fn seen(&self) -> Option<Arc<Seen>> {
        self.summary.is_some().then(|| self.seen.clone())
    }

    /// Appends to each file, each text as `hide` leaves it. What cannot be written, for
    /// people: what was done is done.
    pub(super) fn write(&self, told: &Told, hide: impl Fn(&str) -> String) -> Vec<String> {
        let lines = |lines: &[String]| lines.iter().map(|line| hide(line) + "\n").collect::<String>();
        let outputs = told.outputs.iter();
        let texts = [
            (&self.annotations, lines(&told.annotations)),
            (&self.summary, hide(&told.summary)),
            (
                &self.output,
                outputs.map(|(name, value)| output::assignment(name, value)).collect(),
            ),
        ];
        let written = texts.iter().filter_map(|(path, text)| {
            let path = path.as_ref().filter(|_| !text.is_empty())?;
            let file = OpenOptions::new().create(true).append(true).open(path);
            let error = file.and_then(|mut file| file.write_all(text.as_bytes())).err()?;
            Some(format!("cannot write {}: {error}", path.display()))
        });
        written.collect()
    }

    /// Of a command that ran stages. `metrics` is the file in which its times were kept.
    pub(super) fn of_outcome(&self, outcome: &Outcome, success: bool, metrics: Option<String>) -> Told {
        let references = ("references", output::references(outcome));
        Told {
            annotations: annotate::of_outcome(outcome),
            summary: summary::of_outcome(outcome, success, &self.seen),
            outputs: std::iter::once(references)
                .chain(metrics.map(|path| ("metrics", path)))
                .collect(),
        }
    }
}

impl Told {
    /// Of a plan; `document` is its JSON.
    pub(super) fn of_plan(projects: &[ProjectPlan], document: String) -> Self {
        Self {
            summary: summary::of_plan(projects),
            outputs: vec![("plan", document), ("affected", output::affected(projects))],
            ..Self::default()
        }
    }

    /// Of `check`.
    pub(super) fn of_check<'d>(found: impl Iterator<Item = &'d Diagnostics>, success: bool) -> Self {
        let found: Vec<&Diagnostics> = found.collect();
        Self {
            annotations: found.iter().flat_map(|found| annotations(found)).collect(),
            summary: summary::of_check(&found, success),
            ..Self::default()
        }
    }

    /// Of `test`.
    #[cfg(feature = "local")]
    pub(super) fn of_tested(tasks: &[TaskResult]) -> Self {
        Self {
            annotations: annotate::of_tested(tasks),
            summary: summary::of_tested(tasks),
            ..Self::default()
        }
    }

    /// Of a command that ended early.
    pub(super) fn of_error(error: &CommandError) -> Self {
        let annotations = annotate::of_error(error);
        if annotations.is_empty() {
            return Self::default();
        }
        Self {
            summary: summary::of_error(error),
            annotations,
            ..Self::default()
        }
    }
}
