//! YAML in all its spellings, and what only looks like YAML.

use pelato::document::{Limits, parse};
use proptest::prelude::*;

use super::{GOOD, found, read};

#[derive(serde::Deserialize)]
struct Case {
    id: String,
    yaml: String,
    #[serde(default)]
    fail: bool,
}

fn suite() -> Vec<Case> {
    serde_json::from_str(include_str!("../data/yaml-test-suite/cases.json")).unwrap()
}

/// Valid YAML that the parser refuses all the same, and YAML that it should refuse.
/// Should one of them be mended there, take it out here.
const REFUSED: [&str; 0] = [];
const ACCEPTED: [&str; 0] = [];

#[test]
fn the_public_test_suite_is_read_or_refused_and_nothing_panics() {
    let cases = suite();
    assert_eq!(cases.len(), 402);
    let (mut refused, mut accepted) = (Vec::new(), Vec::new());
    for case in &cases {
        let parsed = parse("case.yaml", &case.yaml, Limits::default());
        // Several documents in a file are YAML, and no workflow.
        let syntax = |wrong: &pelato::document::Diagnostics| wrong.items.iter().any(|item| item.rule == "syntax");
        match (case.fail, &parsed) {
            (false, Err(wrong)) if syntax(wrong) => refused.push(case.id.as_str()),
            (true, Ok(_)) => accepted.push(case.id.as_str()),
            _ => {}
        }
        if let Err(wrong) = parsed {
            assert!(wrong.render(true).contains("case.yaml"), "{}", case.id);
        }
        found(case.yaml.as_bytes()).render(false);
    }
    assert_eq!((refused, accepted), (REFUSED.to_vec(), ACCEPTED.to_vec()));
}

#[test]
fn other_spellings_of_one_workflow_are_the_same() {
    let plain = read(GOOD.as_bytes()).unwrap().workflow;
    let json = serde_json::to_string(&serde_yaml::from_str::<serde_json::Value>(GOOD).unwrap()).unwrap();
    for (what, text) in [
        (
            "a byte order mark and Windows's line ends",
            format!("\u{feff}{GOOD}").replace('\n', "\r\n"),
        ),
        ("a directive", format!("%YAML 1.2\n---\n{GOOD}...\n")),
        ("comments", GOOD.replace('\n', " # see above\n")),
        (
            "quotes",
            GOOD.replace("Thermo", "\"Th\\u0065rmo\"")
                .replace("room.kelvin", "'room.kelvin'"),
        ),
        ("folded text", GOOD.replace("Thermo", ">-\n  Thermo\n")),
        ("literal text", GOOD.replace("Convert\n", "|-\n      Convert\n")),
        ("tabs between", GOOD.replace("name: Convert", "name:\t'Convert'\t")),
        ("tags", GOOD.replace("Thermo", "!!str Thermo")),
        (
            "an anchor",
            GOOD.replacen("1.0.0", "&v 1.0.0", 1)
                .replacen("version: 1.0.0", "version: *v", 1),
        ),
        ("a list in block style", GOOD.replace("[edge]", "\n    - edge")),
        ("JSON", json),
        ("two spaces more", GOOD.replace("\n  ", "\n    ")),
    ] {
        match read(text.as_bytes()) {
            Ok(read) => assert_eq!(read.workflow, plain, "{what}"),
            Err(wrong) => panic!("{what}:\n{}", wrong[0].render(false)),
        }
    }
}

#[test]
fn a_tab_within_a_text_is_shown_where_it_stands() {
    let text = GOOD.replace("Thermo", "\"è\tThermo\"");
    let wrong = found(text.as_bytes());
    let place = wrong.places().place(&wrong.items[0].span);
    assert_eq!((place.line, place.column, place.end_column), (1, 15, 25));
    insta::assert_snapshot!(wrong.render(false), @r#"
    error: `project_name` cannot be this
     --> workflow.yaml:1:15
      |
    1 | project_name: "è    Thermo"
      |               ^^^^^^^^^^^^^ U+0009 cannot stand in it
      |
      = help: write `èThermo`
    "#);
}

#[test]
fn a_bomb_and_ten_megabytes_meet_their_limits() {
    let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
    }
    assert_eq!(found(bomb.as_bytes()).items[0].rule, "too-many");
    let long = format!("project_name: \"{}\"\n", "x".repeat(7 << 20));
    assert_eq!(found(long.as_bytes()).items[0].rule, "too-large");
    let longer = format!("project_name: \"{}\"\n", "x".repeat(10 << 20));
    let wrong = found(longer.as_bytes());
    assert_eq!(wrong.items[0].rule, "too-large");
    assert!(wrong.render(false).len() < 1000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        found(text.as_bytes()).render(false);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        found(&bytes).render(false);
    }

    /// A right workflow with something cut out and something else put there: what
    /// people type.
    #[test]
    fn a_workflow_half_typed_is_read_or_refused(
        from in 0..GOOD.len(), length in 0usize..40, put in "[-:#&*!|>'\"%@`{}\\[\\],?\\t\\n\\r a-zè]{0,12}",
    ) {
        let text = [&GOOD[..from], &put, &GOOD[(from + length).min(GOOD.len())..]].concat();
        let found = found(text.as_bytes());
        let places = found.places();
        for item in &found.items {
            let place = places.place(&item.span);
            prop_assert!(place.line <= text.lines().count() + 1 && place.column > 0);
            prop_assert!(item.help.is_some(), "{}", found.render(false));
        }
        found.render(true);
    }
}
