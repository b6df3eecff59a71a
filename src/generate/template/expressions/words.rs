//! An expression as words.

use crate::document::{Findings, Span};

/// A word of an expression.
#[derive(Clone)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

impl Word<'_> {
    pub(super) fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_alphabetic())
    }
}

/// The words of an expression, in their order.
pub(super) struct Words<'t> {
    words: std::vec::IntoIter<Word<'t>>,
    /// What is left was given up: it is too deep.
    pub(super) skipped: bool,
}

impl<'t> Words<'t> {
    /// None where something stands there that is part of no word.
    pub(super) fn of(text: &'t str, span: Span, findings: &mut Findings) -> Option<Self> {
        let mut words = Vec::new();
        let mut at = span.start;
        while at < span.end {
            let rest = &text[at..span.end];
            let first = rest.chars().next()?;
            let length = match first {
                ' ' | '\t' | '\n' | '\r' => {
                    at += 1;
                    continue;
                }
                // Takes away the blanks beside the expression.
                '~' if at == span.start || at + 1 == span.end => {
                    at += 1;
                    continue;
                }
                '#' | '/' | '^' | '(' | ')' | '=' => 1,
                '"' => rest[1..].find('"').map_or(0, |end| end + 2),
                c if c.is_ascii_alphanumeric() => rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.'))
                    .unwrap_or(rest.len()),
                _ => 0,
            };
            let word = &rest[..length];
            if length == 0 || word.contains(['\\', '\n']) {
                let help = "a value's name, `config` and `text`, texts in `\"`, and `if`: nothing else is taken";
                let title = "this is not taken in an expression";
                findings.error("syntax", &(at..at + first.len_utf8()), title, "unknown sign", help);
                return None;
            }
            words.push(Word {
                text: word,
                span: at..at + length,
            });
            at += length;
        }
        Some(Self {
            words: words.into_iter(),
            skipped: false,
        })
    }

    pub(super) fn next(&mut self) -> Option<Word<'t>> {
        self.words.next()
    }

    pub(super) fn peek(&self) -> Option<Word<'t>> {
        self.words.as_slice().first().cloned()
    }

    pub(super) fn second(&self) -> Option<Word<'t>> {
        self.words.as_slice().get(1).cloned()
    }

    pub(super) fn skip(&mut self) {
        self.words = Vec::new().into_iter();
        self.skipped = true;
    }
}
