//! The flow of whole projects.

use super::*;
use crate::document::{Diagnostics, Span};

/// Tasks `name: listens -> publishes`, `-` for none.
fn checked(text: &str) -> Diagnostics {
    let mut at = 0;
    let mut parts = Vec::new();
    for line in text.lines() {
        let (name, rest) = line.split_once(": ").unwrap();
        let (listens, publishes) = rest.split_once(" -> ").unwrap();
        let place = |what: &str, from: usize| -> Span {
            let start = at + line[from..].find(what).unwrap() + from;
            start..start + what.len()
        };
        let topic = |subject: &str, from: usize| {
            (subject != "-").then(|| Topic {
                subject: subject.to_owned(),
                span: place(subject, from),
            })
        };
        let behind = line.find(" -> ").unwrap();
        parts.push(Parts {
            component_name: Some((name.to_owned(), place(name, 0))),
            listens: topic(listens, name.len()),
            publishes: topic(publishes, behind),
            ..Parts::default()
        });
        at += line.len() + 1;
    }
    let mut findings = Findings::default();
    check(&parts, &mut findings);
    findings.of("flow", text)
}

#[test]
fn a_circle_is_shown_with_its_path() {
    insta::assert_snapshot!(checked("convert: celsius -> kelvin\nfilter: kelvin -> warm\nback: warm -> celsius").render(false), @"
    warning: messages go round in a circle: `convert` → `filter` → `back` → `convert`
     --> flow:3:15
      |
    3 | back: warm -> celsius
      |               ^^^^^^^ `convert` listens on this
      |
     ::: flow:1:10
      |
    1 | convert: celsius -> kelvin
      |          ------- here `convert` gets it
      |
      = help: let it publish to another subject; where it is meant, let one of them return an empty result at some time, which ends it
    ");
}

#[test]
fn a_task_that_listens_to_itself_through_a_wildcard_is_a_circle() {
    insta::assert_snapshot!(checked("log: room.> -> room.log").render(false), @"
    warning: messages go round in a circle: `log` → `log`
     --> flow:1:16
      |
    1 | log: room.> -> room.log
      |                ^^^^^^^^ `log` listens on this
      |
      = help: let it publish to another subject; where it is meant, let one of them return an empty result at some time, which ends it
    ");
}

#[test]
fn two_circles_are_two_and_one_that_shares_its_tasks_is_one() {
    let rules = |text: &str| checked(text).items.iter().map(|item| item.rule).collect::<Vec<_>>();
    assert_eq!(rules("a: x -> y\nb: y -> x\nc: u -> v\nd: v -> u"), ["cycle", "cycle"]);
    assert_eq!(rules("a: x -> y\nb: y -> x\nc: x -> y"), ["cycle"]);
    assert_eq!(rules("a: x -> y\nb: y -> z\nc: z -> end"), [""; 0]);
    // What is published to a circle is not in it.
    assert_eq!(rules("a: s -> x\nb: x -> x\nc: x -> end"), ["cycle"]);
}

#[test]
fn a_long_circle_is_cut_in_its_middle() {
    let tasks: Vec<String> = (0..40)
        .map(|at| format!("t{at}: s{at} -> s{}", (at + 1) % 40))
        .collect();
    let all = checked(&tasks.join("\n"));
    assert_eq!(
        all.items[0].title,
        "messages go round in a circle: `t0` → `t1` → `t2` → `t3` → `t4` → `t5` → … → `t36` → `t37` → `t38` → `t39` → `t0`"
    );
}

#[test]
fn an_end_that_almost_meets_a_beginning_is_shown_with_both() {
    insta::assert_snapshot!(checked("convert: celsius -> living_room_kelvn\nfilter: living_room_kelvin -> warm").render(false), @"
    warning: nobody in this workflow listens on `living_room_kelvn`, and nobody publishes to `living_room_kelvin`
     --> flow:1:21
      |
    1 | convert: celsius -> living_room_kelvn
      |                     ^^^^^^^^^^^^^^^^^ `convert` → … `filter`?
      |
     ::: flow:2:9
      |
    2 | filter: living_room_kelvin -> warm
      |         ------------------ `filter` waits for this
      |
      = help: did you mean `living_room_kelvin`?
    ");
}

#[test]
fn ends_and_beginnings_alone_are_no_mistake() {
    for right in [
        "convert: celsius -> kelvin\nfilter: kelvin -> warm",
        "one: sensor_1 -> result_1\ntwo: sensor_2 -> result_2",
        "one: north -> readings\ntwo: reading.* -> x",
        // Somebody else publishes to what is almost the same.
        "one: in -> readings\ntwo: reading -> x\nthree: in -> reading",
        // Somebody listens on it already.
        "one: in -> readings\ntwo: reading -> x\nthree: readings -> y",
        "http: - -> kelvin\nfilter: kelvin -> warm",
    ] {
        assert_eq!(checked(right).render(false), "", "{right}");
    }
}

#[test]
fn many_tasks_on_few_subjects_are_looked_at_one_by_one() {
    // A hundred million pairs, were each publisher held against each listener.
    let mut text: Vec<String> = (0..10_000).map(|at| format!("p{at}: in -> out")).collect();
    text.extend((0..10_000).map(|at| format!("l{at}: out -> end")));
    assert_eq!(checked(&text.join("\n")).items, []);
    let chain: Vec<String> = (0..20_000)
        .map(|at| format!("t{at}: step{at} -> step{}", at + 1))
        .collect();
    assert_eq!(checked(&chain.join("\n")).items, []);
}

#[test]
fn a_thousand_million_wildcards_are_left_alone() {
    let text: Vec<String> = (0..3_000).map(|at| format!("t{at}: *.{at} -> x.{at}.y")).collect();
    assert_eq!(checked(&text.join("\n")).items, []);
    let text: Vec<String> = (0..3_000)
        .map(|at| format!("t{at}: *.*.{at} -> a.b.{}", at + 1))
        .collect();
    checked(&text.join("\n"));
}
