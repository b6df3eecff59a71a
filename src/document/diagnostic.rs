//! What is wrong with a document.

use std::fmt;

use super::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Accepted, worth knowing.
    Note,
    /// Accepted, likely a mistake.
    Warning,
    /// Not accepted.
    Error,
}

impl Severity {
    /// As it is written: `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name of the rule, one of [`super::RULES`]: `unknown-key`.
    pub rule: &'static str,
    /// What is wrong.
    pub title: String,
    /// Where.
    pub span: Span,
    /// What stands there, in a few words.
    pub label: String,
    /// Other places that it is about.
    pub related: Vec<Related>,
    /// What to do.
    pub help: Option<String>,
}

/// Another place that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What stands there.
    pub label: String,
}

/// All findings of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// The document's path, as the reader knows it.
    pub file: String,
    /// The document.
    pub text: String,
    /// In the order in which they stand in the text.
    pub items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Whether there is anything to show.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
