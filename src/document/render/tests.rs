//! What people see of a finding.

use crate::document::{Diagnostics, Findings, Span};

fn at(text: &str, what: &str) -> Span {
    let start = text.find(what).unwrap();
    start..start + what.len()
}

fn first_and_second(text: &str, first: &str, second: &str) -> Diagnostics {
    let mut findings = Findings::default();
    findings.error(
        "duplicate-key",
        &at(text, second),
        "given twice",
        "the second one",
        "remove one",
    );
    findings.also(&at(text, first), "the first one");
    findings.of("a.yaml", text)
}

#[test]
fn another_place_is_shown_beside_the_first_however_far_away() {
    let near = first_and_second("{ a: 1, a : 2 }\n", "a:", "a :");
    insta::assert_snapshot!(near.render(false), @"
    error: given twice
     --> a.yaml:1:9
      |
    1 | { a: 1, a : 2 }
      |   --    ^^^ the second one
      |   |
      |   the first one
      |
      = help: remove one
    ");
    let far = format!("a: 1\n{}a : 2\n", "b:\n".repeat(98));
    insta::assert_snapshot!(first_and_second(&far, "a:", "a :").render(false), @"
    error: given twice
       --> a.yaml:100:1
        |
    100 | a : 2
        | ^^^ the second one
        |
       ::: a.yaml:1:1
        |
      1 | a: 1
        | -- the first one
        |
        = help: remove one
    ");
}

#[test]
fn several_lines_tabs_and_a_byte_order_mark_are_shown_as_they_are() {
    let text = "\u{feff}key: \t[one,\r\n  two]\r\nend\r\n";
    let mut findings = Findings::default();
    findings.warning("type", &at(text, "key"), "a key", "this one", "");
    findings.note("type", &at(text, "[one,\r\n  two]"), "a list", "this one", "");
    insta::assert_snapshot!(findings.of("a.yaml", text).render(false), @"
    warning: a key
     --> a.yaml:1:1
      |
    1 | key:     [one,
      | ^^^ this one

    note: a list
     --> a.yaml:1:7
      |
    1 |   key:     [one,
      |  __________^
    2 | |   two]
      | |______^ this one
    ");
}

#[test]
fn what_stands_at_or_behind_the_end_is_shown() {
    for text in ["", "a", "a\n", "ü", "\u{feff}", "\u{feff}a"] {
        for span in [0..0, 0..1, text.len()..text.len() + 1, text.len() + 5..text.len() + 9] {
            let mut findings = Findings::default();
            findings.error("syntax", &span, "ends", "here", "go on");
            assert!(findings.of("a.yaml", text).render(false).contains("error: ends"));
        }
    }
}

#[test]
fn a_thousand_findings_on_one_giant_line_are_said_without_it() {
    let text = "x".repeat(1 << 20);
    let mut findings = Findings::default();
    for byte in 0..1000 {
        findings.error("type", &(byte..byte + 1), "wrong", "this", "write another");
    }
    let shown = findings.of("a.yaml", &text).render(false);
    assert_eq!(shown.matches("error: wrong").count(), 1000);
    assert!(shown.len() < 1 << 20, "{}", shown.len());
    let last = shown.rsplit("\n\n").next().unwrap();
    insta::assert_snapshot!(last, @"
    error: wrong
    --> a.yaml:1:1000
     = note: this
     = help: write another
    ");
}
