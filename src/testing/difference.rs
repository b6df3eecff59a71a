//! Two texts → the lines in which they differ.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Lines around a change that are shown with it.
const AROUND: usize = 2;
/// Bytes of one line that are shown.
const LINE: usize = 400;
/// Bytes of a difference that are shown.
const MOST: usize = 16 << 10;
/// Texts past this are not compared line by line: that would take too long.
const COMPARED: usize = 4 << 20;

/// Lines that begin with `-` for what was expected and with `+` for what was found.
pub(super) fn difference(expected: &str, found: &str) -> String {
    if expected.len() + found.len() > COMPARED {
        let sizes = format!("{} bytes expected, {} found", expected.len(), found.len());
        return format!("the texts are too long to be compared line by line: {sizes}");
    }
    let diff = TextDiff::configure()
        .timeout(Duration::from_secs(2))
        .diff_lines(expected, found);
    let mut shown = String::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            shown.push_str("  …\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            shown.push(sign);
            shown.push(' ');
            push_line(&mut shown, change.value());
            if shown.len() > MOST {
                shown.push_str("… the rest is left out");
                return shown;
            }
        }
    }
    shown.truncate(shown.trim_end().len());
    shown
}

fn push_line(shown: &mut String, line: &str) {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let end = super::boundary(line, LINE);
    // What cannot be seen would make two lines look alike.
    for c in line[..end].chars() {
        match c {
            '\t' => shown.push('\t'),
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    if end < line.len() {
        shown.push('…');
    } else if line.ends_with(' ') {
        shown.push('⏎');
    }
    shown.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_a_change_is_shown() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        insta::assert_snapshot!(difference(before, "a\nb\nc\nd\nE \nf\ng\nh\n"), @"
          c
          d
        - e
        + E ⏎
          f
          g
        ");
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out_and_long_lines_are_cut() {
        insta::assert_snapshot!(difference("a\r\n", "a\u{1b}[2J\n"), @r"
        - a\r
        + a\u{1b}[2J
        ");
        let long = "è".repeat(1000);
        let shown = difference(&long, "");
        assert!(shown.len() < 2 * LINE && shown.ends_with('…'), "{shown}");
        assert!(difference(&"x\n".repeat(100_000), "").len() < 2 * MOST);
    }
}
