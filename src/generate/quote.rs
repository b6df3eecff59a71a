//! Text as a literal of the language it is written into.

use std::fmt::Write as _;

/// A Go string literal.
pub(super) fn go(text: &str) -> String {
    quoted(text)
}

/// A YAML scalar in double quotes.
pub(super) fn yaml(text: &str) -> String {
    quoted(text)
}

/// Go's and YAML's double-quoted strings agree on these escapes. All but plain
/// ASCII is escaped: YAML folds some Unicode characters as line breaks and
/// refuses others, and neither is seen in a diff.
fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            ' '..='~' => literal.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a String does not fail.
                let _ = match code {
                    0..0x80 => write!(literal, "\\x{code:02x}"),
                    0x80..0x1_0000 => write!(literal, "\\u{code:04x}"),
                    _ => write!(literal, "\\U{code:08x}"),
                };
            }
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that could mean something, and every pair of them.
    #[test]
    fn yaml_reads_back_what_was_quoted() {
        let characters = "a \"'\\\n\r\t\0\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{ffff}è🦀:#{}[],&*!|>%@`-?";
        for first in characters.chars() {
            for second in characters.chars() {
                let text = format!("{first}{second}");
                for document in [
                    format!("key: {}\nlast: 1\n", yaml(&text)),
                    format!("{{key: {}, last: 1}}", yaml(&text)),
                ] {
                    let read: serde_json::Value = serde_yaml::from_str(&document).unwrap();
                    assert_eq!(read, serde_json::json!({"key": text, "last": 1}), "{document}");
                }
            }
        }
    }

    #[test]
    fn go_literals_stay_on_one_line() {
        insta::assert_snapshot!(go("a\"b\\c\n`è🦀"), @r#""a\"b\\c\x0a`\u00e8\U0001f980""#);
    }
}
