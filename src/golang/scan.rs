//! Go's text → tokens, by the lexical grammar of the language's specification:
//! comments, raw strings, runes, and the semicolons that a line's end stands for.

use std::ops::Range;

/// What a token is. Signs that declarations do not need are single bytes, however
/// Go would join them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name that is no keyword.
    Name,
    /// `func`, `package`, …
    Keyword,
    /// A number or a rune.
    Literal,
    /// `"…"` or `` `…` ``.
    Text,
    /// `...`
    Dots,
    /// Any other sign; of a longer one its first byte.
    Sign(u8),
    /// `;`, written or meant.
    Semicolon,
    /// The text's end.
    End,
    /// A string, rune or comment that never ends.
    Wrong,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads tokens one after the other. Each byte is looked at once or twice, whatever
/// the text holds.
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Whether a line that ended here would end a statement.
    ends: bool,
    /// The `//go:` comments so far.
    pub(super) directives: Vec<Range<usize>>,
}

const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            // A byte order mark at the very beginning counts for nothing.
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            ends: false,
            directives: Vec::new(),
        }
    }

    pub(super) fn next(&mut self) -> Token {
        loop {
            let start = self.at;
            let Some(&byte) = self.bytes.get(start) else {
                let kind = if self.ends { Kind::Semicolon } else { Kind::End };
                self.ends = false;
                return Token {
                    kind,
                    start,
                    end: start,
                };
            };
            match byte {
                b'\n' if self.ends => return self.token(Kind::Semicolon, start + 1),
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
                b'/' if self.peek(1) == Some(b'*') => {
                    let Some(length) = self.text[start + 2..].find("*/") else {
                        return self.token(Kind::Wrong, self.bytes.len());
                    };
                    let end = start + 2 + length + 2;
                    // With a line's end in it, a comment is one.
                    if self.ends && self.text[start..end].contains('\n') {
                        return self.token(Kind::Semicolon, end);
                    }
                    self.at = end;
                }
                _ => return self.word(byte),
            }
        }
    }

    fn word(&mut self, first: u8) -> Token {
        let start = self.at;
        match first {
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                let end = self.while_is(start, |byte| {
                    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
                });
                let word = &self.text[start..end];
                if KEYWORDS.binary_search(&word).is_err() {
                    return self.token(Kind::Name, end);
                }
                let token = self.token(Kind::Keyword, end);
                self.ends = matches!(word, "break" | "continue" | "fallthrough" | "return");
                token
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) => self.number(),
            b'"' | b'\'' => self.quoted(first),
            b'`' => match self.text[start + 1..].find('`') {
                Some(length) => self.token(Kind::Text, start + length + 2),
                None => self.token(Kind::Wrong, self.bytes.len()),
            },
            b';' => self.token(Kind::Semicolon, start + 1),
            b'.' if self.bytes[start..].starts_with(b"...") => self.token(Kind::Dots, start + 3),
            b'+' | b'-' if self.peek(1) == Some(first) => {
                let token = self.token(Kind::Sign(first), start + 2);
                self.ends = true;
                token
            }
            _ => self.token(Kind::Sign(first), start + 1),
        }
    }

    /// A string or rune on one line.
    fn quoted(&mut self, quote: u8) -> Token {
        let mut at = self.at + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\n' => break,
                b'\\' => at += 2,
                _ if byte == quote => {
                    let kind = if quote == b'"' { Kind::Text } else { Kind::Literal };
                    return self.token(kind, at + 1);
                }
                _ => at += 1,
            }
        }
        self.token(Kind::Wrong, at.min(self.bytes.len()))
    }

    /// A number, and whatever sticks to it: the compiler says what is wrong with it.
    fn number(&mut self) -> Token {
        let start = self.at;
        let hexadecimal = self.peek(0) == Some(b'0') && matches!(self.peek(1), Some(b'x' | b'X'));
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let exponent = match byte {
                b'e' | b'E' => !hexadecimal,
                b'p' | b'P' => hexadecimal,
                b'_' | b'.' => false,
                _ if byte.is_ascii_alphanumeric() => false,
                _ => break,
            };
            at += 1;
            if exponent && matches!(self.bytes.get(at), Some(b'+' | b'-')) {
                at += 1;
            }
        }
        self.token(Kind::Literal, at)
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let length = self.text[start..].find('\n');
        self.at = length.map_or(self.bytes.len(), |length| start + length);
        if self.text[start..].starts_with("//go:") {
            self.directives.push(start..self.at);
        }
    }

    fn token(&mut self, kind: Kind, end: usize) -> Token {
        let start = std::mem::replace(&mut self.at, end);
        self.ends = matches!(
            kind,
            Kind::Name | Kind::Literal | Kind::Text | Kind::Sign(b')' | b']' | b'}')
        );
        Token { kind, start, end }
    }

    fn while_is(&self, from: usize, is: impl Fn(u8) -> bool) -> usize {
        let more = self.bytes[from..].iter().take_while(|byte| is(**byte)).count();
        from + more
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        let mut scanner = Scanner::new(text);
        let mut said = Vec::new();
        loop {
            let token = scanner.next();
            match token.kind {
                Kind::End => return said.join(" "),
                Kind::Semicolon => said.push(";".to_owned()),
                Kind::Wrong => {
                    said.push("WRONG".to_owned());
                    return said.join(" ");
                }
                _ => said.push(text[token.start..token.end].replace('\n', "\\n")),
            }
        }
    }

    #[test]
    fn a_line_ends_a_statement_where_go_says_so() {
        assert_eq!(tokens("a\nb"), "a ; b ;");
        assert_eq!(tokens("a +\nb\n"), "a + b ;");
        assert_eq!(tokens("f(\n1,\n)\n"), "f ( 1 , ) ;");
        assert_eq!(tokens("return\nx++\ny--\n"), "return ; x ++ ; y -- ;");
        assert_eq!(tokens("if x {\n}\n"), "if x { } ;");
        assert_eq!(tokens("a // b\nc"), "a ; c ;");
        assert_eq!(tokens("a /* b */ c"), "a c ;");
        assert_eq!(tokens("a /* b\n */ c"), "a ; c ;");
        assert_eq!(tokens("\u{feff}package main\r\n"), "package main ;");
    }

    #[test]
    fn strings_runes_and_numbers_are_single_words() {
        assert_eq!(tokens(r#""a\"{" x"#), r#""a\"{" x ;"#);
        assert_eq!(tokens(r"'\'' '{' '\\'"), r"'\'' '{' '\\' ;");
        assert_eq!(tokens("`a\n\\`b"), "`a\\n\\` b ;");
        assert_eq!(
            tokens("0x1e+2 1e+2 0x1p-2 .5 1_000.5i"),
            "0x1e + 2 1e+2 0x1p-2 .5 1_000.5i ;"
        );
        assert_eq!(tokens("a...b.c"), "a ... b . c ;");
        assert_eq!(tokens("città_1 func"), "città_1 func");
    }

    #[test]
    fn what_never_ends_is_said_to_be_wrong() {
        for text in ["\"a\nb", "'a", "`a", "/* a", "\"\\", "'\\\n"] {
            assert_eq!(tokens(text), "WRONG", "{text:?}");
        }
    }

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
    }
}
