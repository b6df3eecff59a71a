//! The parser's positions → ours.

use saphyr_parser::{ScalarStyle, Span as Marks};

use crate::document::Span;

/// Turns the parser's positions (characters) into ours (bytes).
pub(super) struct Positions<'t> {
    text: &'t str,
    offset: usize,
    /// Byte of each 64th character, unless all characters are one byte.
    table: Option<Vec<usize>>,
}

impl<'t> Positions<'t> {
    const STEP: usize = 64;

    pub(super) fn of(text: &'t str, offset: usize) -> Self {
        let table = (!text.is_ascii()).then(|| text.char_indices().step_by(Self::STEP).map(|(byte, _)| byte).collect());
        Self { text, offset, table }
    }

    pub(super) fn at(&self, character: usize) -> usize {
        let byte = match &self.table {
            None => character,
            Some(table) => match table.get(character / Self::STEP) {
                None => self.text.len(),
                Some(&from) => self.text[from..]
                    .char_indices()
                    .nth(character % Self::STEP)
                    .map_or(self.text.len(), |(byte, _)| from + byte),
            },
        };
        self.offset + byte.min(self.text.len())
    }

    /// The parser counts a comment behind a quoted scalar as part of it.
    pub(super) fn without_comment(&self, style: ScalarStyle, span: Span) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            _ => return span,
        };
        let from = span.start - self.offset;
        let written = self.text.get(from..span.end - self.offset).unwrap_or_default();
        let mut escaped = false;
        let close = written.char_indices().skip(1).find(|(_, c)| {
            let closes = *c == quote && !escaped;
            escaped = quote == '"' && *c == '\\' && !escaped;
            closes
        });
        match close {
            Some((at, _)) => span.start..span.start + at + 1,
            None => span,
        }
    }

    pub(super) fn span(&self, marks: Marks) -> Span {
        self.at(marks.start.index())..self.at(marks.end.index())
    }
}
