//! Every text that a document's author can be told stands in a test.
//!
//! The texts are found as they are written: string literals of more than one word, in the
//! rooms that read documents and wherever else findings are made. What stands in such a
//! literal between its placeholders has to stand in the tests in that order, in one place.
//! That says nothing of who calls the test; it does say that a text which is new, or
//! which was changed, has been looked at as people see it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::{collect, is_of_tests, program, sources};

/// Rooms of which every text counts: reasons and advice are made far from their finding.
const ROOMS: [&str; 4] = ["document", "generate", "golang", "workflow"];

/// Literals of those files that nobody is told, or that no test can bring about.
const OTHERS: [(&str, &str); 9] = [
    // How the parser's own limit is known.
    ("src/document/parse.rs", "recursion limit"),
    // Go and WIT.
    ("src/generate/author.rs", "// From {folder}/go.mod"),
    ("src/generate/template.rs", "import wasmcloud:postgres/"),
    ("src/generate/template.rs", "package main"),
    // A file's head, which tests have as bytes.
    ("src/generate/write/present.rs", "# Written by `pelato gen`"),
    // What `new` proposes.
    ("src/generate/draft.rs", "My project"),
    // A program without the local host says these.
    ("src/config/runner/environment.rs", "`deploy` cannot be this here"),
    ("src/config/runner/environment.rs", "this program was built without"),
    (
        "src/config/runner/environment.rs",
        "use `wadm`, or a program that has it",
    ),
];

/// How far apart the parts of a text may stand: what its placeholders may come to.
const WIDEST: usize = 400;

#[test]
fn every_text_stands_in_a_test() {
    let tests = plain(&tests());
    let said = program().filter(|source| ROOMS.contains(&source.room.as_str()) || source.code.contains("Findings"));
    let (mut seen, mut missing) = (BTreeSet::new(), Vec::new());
    for source in said {
        for literal in literals(&source.code) {
            let other = |(file, text): &(&str, &str)| *file == source.path && literal.starts_with(text);
            if let Some(at) = OTHERS.iter().position(other) {
                seen.insert(at);
            } else if is_text(&literal) && !stands_in(&tests, &literal) {
                missing.push(format!("{}: {literal:?}", source.path));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no test has these texts; write one that shows each as people see it:\n{}",
        missing.join("\n")
    );
    assert_eq!(seen.len(), OTHERS.len(), "some of OTHERS are gone: {seen:?}");
}

/// `said(RULE, …)` of any test asserts that one of the findings is of that rule; so what a
/// snapshot has of it is the rule's text.
#[test]
fn every_rule_has_its_text_in_a_snapshot() {
    let rules = sources()
        .into_iter()
        .find(|source| source.path == "src/document/rule.rs");
    let named = Regex::new(r#"\brule\(\s*"([a-z-]+)""#).unwrap();
    let rules = rules.unwrap().code;
    let rules: Vec<&str> = named
        .captures_iter(&rules)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    assert!(rules.len() > 40, "{rules:?}");
    let shown = Regex::new(r#"assert_snapshot!\([^;]*?\bsaid\(\s*"([a-z-]+)""#).unwrap();
    let tests = tests();
    let shown: BTreeSet<&str> = shown
        .captures_iter(&tests)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    let missing: Vec<&&str> = rules.iter().filter(|rule| !shown.contains(*rule)).collect();
    assert!(
        missing.is_empty(),
        "no test has assert_snapshot!(said(RULE, …)) of {missing:?}"
    );
}

/// The guard is worth something only while it finds what is wrong.
#[test]
fn a_text_without_a_test_is_found() {
    let code = r##"
        // "a comment's text", and 'it'
        findings.error("type", '"', "no such", format!("`{name}` is \"odd\" in {}", x), "write \
             `a: {{b}}`", r#"it "is"  raw"#);
    "##;
    let found: Vec<String> = literals(code).into_iter().filter(|text| is_text(text)).collect();
    assert_eq!(
        found,
        [
            "no such",
            "`{name}` is \\\"odd\\\" in {}",
            "write `a: {{b}}`",
            "it \"is\"  raw"
        ]
    );
    let tests = plain("error: `key` is \"odd\"\n   in a task\n = help: write `a: {b}`\nit \\\"is\\\" raw, nosuch");
    let known: Vec<bool> = found.iter().map(|text| stands_in(&tests, text)).collect();
    assert_eq!(known, [false, true, true, true]);
    // The words have to be whole, and in their order.
    assert!(!stands_in(&tests, "s \"odd\" in a") && !stands_in(&tests, "a task {} is \"odd\""));
}

/// All tests of this package but these, without comments, and the tables of the documentation
/// that tests hold to the program.
fn tests() -> String {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&top.join("tests"), &mut files);
    files.retain(|file| !file.starts_with(top.join("tests/architecture")));
    let mut texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for source in sources() {
        let at = match is_of_tests(&source) {
            true => Some(0),
            false => source.whole.find("#[cfg(test)]\nmod tests {"),
        };
        texts.extend(at.map(|at| source.whole[at..].to_owned()));
    }
    let code = texts.iter().flat_map(|text| text.lines());
    let code = code.filter(|line| !line.trim_start().starts_with("//"));
    let mut all: String = code.map(|line| format!("{line}\n")).collect();
    for page in ["check.md", "workflow.md"] {
        all += &fs::read_to_string(top.join("docs/reference").join(page)).unwrap();
    }
    all
}

/// Comments and characters are matched so that a quote in them begins nothing.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let token =
        r##"(?s)//[^\n]*|'(?:\\u\{[^}]*\}|\\.|[^'\\])'|reason = "[^"]*"|r#"(.*?)"#|r"([^"]*)"|"((?:[^"\\]|\\.)*)""##;
    Regex::new(token).unwrap()
});
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^{}]*\}").unwrap());
static BROKEN_LINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\\n\s*").unwrap());

/// The string literals of a Rust file, as they are written.
fn literals(code: &str) -> Vec<String> {
    let found = TOKEN.captures_iter(code);
    let found = found.filter_map(|found| found.iter().skip(1).flatten().next());
    found
        .map(|text| BROKEN_LINE.replace_all(text.as_str(), "").into_owned())
        .collect()
}

/// Whether people can read it: it has two words or more, beside what it is filled in with.
fn is_text(literal: &str) -> bool {
    let parts = parts(literal).join("…");
    let small = |word: &str| word.chars().filter(|c| c.is_lowercase()).count();
    parts.contains(' ') && parts.split(' ').any(|word| small(word) > 1) && small(&parts) > 3
}

/// What stands between a text's placeholders.
fn parts(literal: &str) -> Vec<String> {
    // A brace that stays one is no placeholder's.
    let kept = literal.replace("{{", "\u{1}").replace("}}", "\u{1}");
    let parts = PLACEHOLDER.split(&kept).map(plain);
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// Without what is written otherwise in one kind of literal than in another: braces,
/// backslashes, and the blanks at which lines are broken.
fn plain(text: &str) -> String {
    let text = text.replace("\\n", " ").replace("\\t", " ");
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '{' | '}' | '\u{1}' => {}
            c if !c.is_whitespace() => kept.push(c),
            _ if kept.ends_with(' ') => {}
            _ => kept.push(' '),
        }
    }
    kept
}

/// Whether all parts of a text stand near each other, in their order, and as whole words.
fn stands_in(tests: &str, literal: &str) -> bool {
    let parts = parts(literal);
    // The longest is the rarest.
    let Some(longest) = parts.iter().max_by_key(|part| part.len()) else {
        return true;
    };
    tests.match_indices(longest.as_str()).any(|(at, _)| {
        let before = tests[..at].char_indices().rev().nth(WIDEST).map_or(0, |(at, _)| at);
        let after = tests[at..].char_indices().nth(2 * WIDEST);
        in_order(&tests[before..after.map_or(tests.len(), |(end, _)| at + end)], &parts)
    })
}

fn in_order(text: &str, parts: &[String]) -> bool {
    let mut from = 0;
    parts.iter().enumerate().all(|(index, part)| {
        let (first, last) = (index == 0, index + 1 == parts.len());
        let found = text[from..].match_indices(part.as_str()).find_map(|(at, _)| {
            let (start, end) = (from + at, from + at + part.len());
            let whole = !(first && is_within_a_word(text, start) || last && is_within_a_word(text, end));
            whole.then_some(end)
        });
        from = found.unwrap_or(from);
        found.is_some()
    })
}

fn is_within_a_word(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}
