//! What is wrong with a document, shown in place.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

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

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name of the rule: `unknown-key`.
    pub rule: &'static str,
    /// What is wrong.
    pub title: String,
    /// Where.
    pub span: Span,
    /// What stands there, in a few words.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// The findings of one pass over a document, before they are tied to its text.
#[derive(Debug, Default)]
pub struct Findings {
    items: Vec<Diagnostic>,
}

impl Findings {
    /// Adds an error.
    pub fn error(
        &mut self,
        rule: &'static str,
        span: &Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Error, rule, span, title.into(), label.into(), help.into());
    }

    /// Adds a warning.
    pub fn warning(
        &mut self,
        rule: &'static str,
        span: &Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Warning, rule, span, title.into(), label.into(), help.into());
    }

    /// Adds a note.
    pub fn note(
        &mut self,
        rule: &'static str,
        span: &Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Note, rule, span, title.into(), label.into(), help.into());
    }

    fn add(&mut self, severity: Severity, rule: &'static str, span: &Span, title: String, label: String, help: String) {
        self.items.push(Diagnostic {
            severity,
            rule,
            title,
            span: span.clone(),
            label,
            help: (!help.is_empty()).then_some(help),
        });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.severity == Severity::Error)
            .count()
    }

    /// Ties the findings to the text that they are about.
    pub fn of(mut self, file: &str, text: &str) -> Diagnostics {
        self.items.sort_by_key(|item| item.span.start);
        Diagnostics {
            file: file.to_owned(),
            text: text.to_owned(),
            items: self.items,
        }
    }
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

    /// All of them as people read them, with colours when `colours` is set.
    pub fn render(&self, colours: bool) -> String {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
        let shown: Vec<String> = self.items.iter().map(|item| self.render_one(&renderer, item)).collect();
        shown.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, item: &Diagnostic) -> String {
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let end = boundary(&self.text, item.span.end.max(item.span.start + 1));
        let start = item.span.start.min(end);
        let snippet = Snippet::source(self.text.as_str())
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(start..end).label(item.label.as_str()));
        let mut group = level.primary_title(item.title.as_str()).element(snippet);
        if let Some(help) = &item.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// The end of the character that `byte` lies in.
fn boundary(text: &str, byte: usize) -> usize {
    (byte..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
