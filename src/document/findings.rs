//! What is found on one pass over a document.

use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use super::{Related, Span};

/// So many findings of one document are kept. A hostile page can have one for each
/// of its half a million values.
pub(super) const MOST: usize = 5_000;

/// The findings of one pass over a document, before they are tied to its text.
#[derive(Debug, Default)]
pub struct Findings {
    items: Vec<Diagnostic>,
    errors: usize,
    /// Where the first one stands that was not kept, and how many there were.
    left_out: Option<(Span, usize)>,
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

    /// Adds a warning: accepted, and likely a mistake.
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

    /// Another place that the last finding is about: where the first of two stands.
    pub fn also(&mut self, span: &Span, label: impl Into<String>) {
        if let (Some(last), None) = (self.items.last_mut(), &self.left_out) {
            last.related.push(Related {
                span: span.clone(),
                label: label.into(),
            });
        }
    }

    fn add(&mut self, severity: Severity, rule: &'static str, span: &Span, title: String, label: String, help: String) {
        self.errors += usize::from(severity == Severity::Error);
        if self.items.len() >= MOST {
            self.left_out.get_or_insert((span.clone(), 0)).1 += 1;
            return;
        }
        self.items.push(Diagnostic {
            severity,
            rule,
            title,
            span: span.clone(),
            label,
            related: Vec::new(),
            help: (!help.is_empty()).then_some(help),
        });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Ties the findings to the text that they are about.
    pub fn of(mut self, file: &str, text: &str) -> Diagnostics {
        if let Some((span, count)) = self.left_out {
            self.items.push(Diagnostic {
                // As bad as what it stands for may be.
                severity: if self.errors > 0 {
                    Severity::Error
                } else {
                    Severity::Warning
                },
                rule: "more",
                title: format!("{count} more findings are not shown"),
                span,
                label: "the first of them is here".to_owned(),
                related: Vec::new(),
                help: Some("mend those that are shown, and look again".to_owned()),
            });
        }
        self.items.sort_by_key(|item| item.span.start);
        Diagnostics {
            file: file.to_owned(),
            text: text.to_owned(),
            items: self.items,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_past_the_most_is_counted() {
        let mut findings = Findings::default();
        for at in 0..MOST + 7 {
            findings.error("type", &(at..at + 1), "wrong", "here", "");
            findings.also(&(0..1), "the first");
        }
        assert_eq!(findings.errors(), MOST + 7);
        let all = findings.of("a.yaml", &"x".repeat(MOST + 7));
        assert_eq!(all.items.len(), MOST + 1);
        let last = all.items.last().unwrap();
        assert_eq!(
            (last.title.as_str(), last.span.start),
            ("7 more findings are not shown", MOST)
        );
        assert!(all.items[..MOST].iter().all(|item| item.related.len() == 1));
    }
}
