//! Markdown that says what it is given, and nothing else.

use crate::report::printable;

/// Text in a line, a table's cell among them: no mark-up, no HTML, no line break.
pub(super) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '\n' | '\t' => escaped.push(' '),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '#' | '$' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A name as code, where it is one.
pub(super) fn name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    match name.chars().all(plain) && !name.is_empty() {
        true => format!("`{name}`"),
        false => text(name),
    }
}

/// Text of several lines, as it is.
pub(super) fn block(text: &str) -> String {
    let text = printable(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<pre>{text}</pre>\n")
}

/// A table; cells are Markdown already.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        table.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_stays_text() {
        insta::assert_snapshot!(
            text("a|b <img src=x>\n| c | [l](http://x) ![i](y) `z` **b** # @all \u{202e}r \\"),
            @r"a\|b &lt;img src=x&gt; \| c \| \[l\](http://x) \!\[i\](y) \`z\` \*\*b\*\* \# \@all r \\"
        );
        assert_eq!(block("</pre><b>\n```"), "<pre>&lt;/pre&gt;&lt;b&gt;\n```</pre>\n");
        assert_eq!((name("a_b"), name("a`b")), ("`a_b`".to_owned(), "a\\`b".to_owned()));
    }
}
