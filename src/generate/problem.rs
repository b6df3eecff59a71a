//! What is wrong with templates: all of it, each with its file and place.

use std::fmt;

use crate::document::{Diagnostics, Findings, Span};

/// Findings of one text that are shown: a stranger's text may have any number.
const MOST: usize = 20;

/// Templates that cannot be used. It is their author who can mend them.
#[derive(Clone, Debug, Default)]
pub struct TemplateError {
    problems: Vec<Problem>,
}

#[derive(Clone, Debug)]
enum Problem {
    /// In a text, at a place.
    Text(Diagnostics),
    /// A file or folder as a whole.
    File { path: String, reason: String },
}

impl TemplateError {
    /// Adds what is wrong with a file or folder as a whole.
    pub(super) fn file(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem::File {
            path: path.into(),
            reason: reason.into(),
        });
    }

    /// Adds what is wrong within a text.
    pub(super) fn text(&mut self, mut diagnostics: Diagnostics) {
        diagnostics.items.truncate(MOST);
        if !diagnostics.is_empty() {
            self.problems.push(Problem::Text(diagnostics));
        }
    }

    /// Adds one error within a text.
    pub(super) fn at(&mut self, path: &str, text: &str, span: &Span, title: &str, label: &str, help: &str) {
        let mut findings = Findings::default();
        findings.error("template", span, title, label, help);
        self.text(findings.of(path, text));
    }

    /// Adds all of another one.
    pub(super) fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    /// `Err` where anything is wrong.
    pub(super) fn done(self) -> Result<(), Self> {
        match self.problems.is_empty() {
            true => Ok(()),
            false => Err(self),
        }
    }

    /// How much is wrong so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    /// What is wrong within texts.
    pub fn diagnostics(&self) -> Vec<&Diagnostics> {
        let texts = self.problems.iter().filter_map(|problem| match problem {
            Problem::Text(diagnostics) => Some(diagnostics),
            Problem::File { .. } => None,
        });
        texts.collect()
    }

    /// What is wrong with files and folders as a whole, a line each.
    pub fn files(&self) -> Vec<String> {
        let files = self.problems.iter().filter_map(|problem| match problem {
            Problem::File { path, reason } => Some(format!("{path}: {reason}")),
            Problem::Text(_) => None,
        });
        files.collect()
    }

    /// All of it as people read it, with colours when `colours` is set.
    pub fn render(&self, colours: bool) -> String {
        let shown = self.problems.iter().map(|problem| match problem {
            Problem::Text(diagnostics) => diagnostics.render(colours),
            Problem::File { path, reason } => format!("error: {path}: {reason}"),
        });
        shown.collect::<Vec<_>>().join("\n\n")
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for TemplateError {}
