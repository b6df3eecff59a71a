//! Bytes of a text → lines and columns.

use super::{Diagnostics, Span};

/// Where a span stands, as editors count: lines and columns from 1. A column is a
/// character (a Unicode code point), a tab is one, and a byte order mark none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line of the first character.
    pub line: usize,
    /// Its column.
    pub column: usize,
    /// The line of the last character.
    pub end_line: usize,
    /// The column behind the last character.
    pub end_column: usize,
    /// Byte of the text at which the first line begins.
    pub(super) line_start: usize,
}

/// Finds places in a text. It is read once; each place costs no more than a kilobyte
/// of reading, however many findings a hostile page has on one endless line.
pub struct Places<'t> {
    text: &'t str,
    /// The first position at or behind each [`STEP`]th byte.
    marks: Vec<Position>,
}

const STEP: usize = 1024;

#[derive(Clone, Copy)]
struct Position {
    byte: usize,
    line: usize,
    column: usize,
    line_start: usize,
}

impl Position {
    fn pass(&mut self, character: char) {
        self.byte += character.len_utf8();
        self.column += 1;
        if character == '\n' {
            self.line += 1;
            self.column = 1;
            self.line_start = self.byte;
        }
    }
}

impl<'t> Places<'t> {
    /// Reads `text`.
    pub fn of(text: &'t str) -> Self {
        let begin = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let mut at = Position {
            byte: begin,
            line: 1,
            column: 1,
            line_start: begin,
        };
        let mut marks = vec![at];
        for character in text[begin..].chars() {
            at.pass(character);
            if at.byte >= marks.len() * STEP {
                marks.push(at);
            }
        }
        Self { text, marks }
    }

    /// The place of a span. Behind the text's end there is one more character.
    pub fn place(&self, span: &Span) -> Place {
        let first = self.at(span.start);
        // A span that ends with a line break ends on that line, not on the next.
        let last = self.at(span.end.saturating_sub(1).max(span.start));
        Place {
            line: first.line,
            column: first.column,
            end_line: last.line,
            end_column: last.column + 1,
            line_start: first.line_start,
        }
    }

    /// The position of the character that holds `byte`.
    fn at(&self, byte: usize) -> Position {
        let mark = (byte / STEP).min(self.marks.len() - 1);
        // A mark stands behind its byte where a character is cut by it.
        let mut at = match self.marks[mark] {
            at if at.byte <= byte => at,
            _ => self.marks[mark.saturating_sub(1)],
        };
        for character in self.text.get(at.byte..).unwrap_or_default().chars() {
            if at.byte + character.len_utf8() > byte {
                break;
            }
            at.pass(character);
        }
        at
    }
}

impl Diagnostics {
    /// Finds where the items stand.
    pub fn places(&self) -> Places<'_> {
        Places::of(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_those_of_an_editor() {
        let text = "\u{feff}città: x\r\n\tb: \"ü\"\r\n";
        let at = |what: &str| text.find(what).unwrap();
        let places = Places::of(text);
        let seen = |from: usize, to: usize| {
            let place = places.place(&(from..to));
            (place.line, place.column, place.end_line, place.end_column)
        };
        assert_eq!(seen(at("città"), at(":")), (1, 1, 1, 6));
        assert_eq!(seen(at("\"ü\""), at("\"ü\"") + 4), (2, 5, 2, 8));
        // Back again, over several lines, and behind the end.
        assert_eq!(seen(at("x"), at("b:") + 1), (1, 8, 2, 3));
        assert_eq!(seen(text.len(), text.len() + 1), (3, 1, 3, 2));
        // Within a character.
        assert_eq!(seen(at("à") + 1, at("à") + 2), (1, 5, 1, 6));
    }

    #[test]
    fn far_into_a_text_it_is_the_same() {
        let text = "\u{feff}".to_owned() + &"è— x\n".repeat(2000) + &"ü".repeat(3000);
        let places = Places::of(&text);
        let mut line = 1;
        let mut column = 1;
        for (byte, character) in text.char_indices().skip(1) {
            let place = places.place(&(byte..byte + 1));
            assert_eq!((place.line, place.column), (line, column), "byte {byte}");
            column += 1;
            if character == '\n' {
                (line, column) = (line + 1, 1);
            }
        }
    }
}
