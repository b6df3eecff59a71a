//! Right and wrong files of cases.

mod words;

use serde_json::json;

use super::*;

fn of(text: &str) -> Result<Cases, Diagnostics> {
    let files = [
        ("tasks/convert.go", ""),
        ("tasks/testdata/day.json", "{\"kelvin\": 296}\n"),
        ("tasks/testdata/day.txt", "23 C\n"),
        ("tasks/testdata/broken.json", "{"),
        ("workflow.yaml", ""),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    read(
        "tasks/convert.test.yaml",
        "tasks/convert.test.yaml",
        text.as_bytes(),
        &files.into(),
        &mut 0,
    )
}

fn wrong(text: &str) -> String {
    of(text).unwrap_err().render(false)
}

#[test]
fn every_way_to_say_it() {
    let cases = of("\
# Temperatures.
- input: 23.50
  expect: 296.65
- name: as JSON
  input: {celsius: 23.50, of: [a, 1]}
  expect:
    kelvin: 296.65
- name: from a file
  input_file: testdata/day.txt
  expect_file: ./testdata/day.json
- input_file: testdata/day.json
  expect_file: testdata/day.txt
- input: ''
  expect_error: no temperature
- input: |
    two
    lines
  expect_nothing: true
")
    .unwrap();
    assert_eq!(cases.time_limit, Duration::from_secs(10));
    let shown: Vec<String> = cases
        .cases
        .iter()
        .map(|case| {
            let input = String::from_utf8_lossy(&case.input);
            let expect = match &case.expect {
                Expect::Exactly(bytes) => format!("exactly {:?}", String::from_utf8_lossy(bytes)),
                Expect::File(bytes) => format!("as in the file {:?}", String::from_utf8_lossy(bytes)),
                other => format!("{other:?}"),
            };
            format!("{}: {} {input:?} -> {expect}", case.line, case.name)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    2: case 1 "23.50" -> exactly "296.65"
    4: as JSON "{\"celsius\":23.5,\"of\":[\"a\",1]}" -> Json(Object {"kelvin": Number(296.65)})
    8: from a file "23 C\n" -> Json(Object {"kelvin": Number(296)})
    11: case 4 "{\"kelvin\": 296}\n" -> as in the file "23 C\n"
    13: case 5 "" -> Error("no temperature")
    15: case 6 "two\nlines\n" -> Nothing
    "#);
    let head = serde_json::to_string(&cases).unwrap();
    assert_eq!(serde_json::from_str::<Cases>(&head).unwrap(), cases);
    assert_eq!(cases.cases[2].expect, Expect::Json(json!({"kelvin": 296})));
}

#[test]
fn a_map_has_a_time_limit() {
    for (text, seconds) in [("time_limit: 20s\n", 20), ("time_limit: 60\n", 60), ("", 10)] {
        let cases = of(&format!("{text}cases:\n  - input: a\n    expect: A\n")).unwrap();
        assert_eq!(cases.time_limit, Duration::from_secs(seconds));
    }
    insta::assert_snapshot!(wrong("time_limit: 5m\ncases:\n  - input: a\n    expect: A\n"), @"
    error: `time_limit` cannot be this
     --> tasks/convert.test.yaml:1:13
      |
    1 | time_limit: 5m
      |             ^^ from `1s` to `60s`
    ");
}

#[test]
fn all_mistakes_at_once() {
    insta::assert_snapshot!(wrong("\
- nmae: one
  input: a
  expect: A
- name: two
  input: a
- name: two
  expect: A
- input: a
  input_file: testdata/day.json
  expect: A
  expect_error: B
- input:
  expect: \"\"
- input: a
  expect_nothing: yes
- input: a
  expect_error:
- just text
- input: {a: 1, a: 2}
  expect: 1
"), @r#"
    error: `nmae` is not a key of a case
     --> tasks/convert.test.yaml:1:3
      |
    1 | - nmae: one
      |   ^^^^ unknown key
      |
      = help: did you mean `name`?

    error: this case says nothing of its result
     --> tasks/convert.test.yaml:4:3
      |
    4 | - name: two
      |   ^^^^^^^^^ what is expected?
      |
      = help: add one of: expect, expect_file, expect_error, expect_nothing

    error: `input` is missing in a case
     --> tasks/convert.test.yaml:6:3
      |
    6 | - name: two
      |   ^^^^^^^^^ it belongs to this one
      |
      = help: add `input:`

    error: two cases are called `two`
     --> tasks/convert.test.yaml:6:9
      |
    6 | - name: two
      |         ^^^ the second one
      |
      = help: give each case a name of its own, or none

    error: a case has either `input` or `input_file`
     --> tasks/convert.test.yaml:9:3
      |
    9 |   input_file: testdata/day.json
      |   ^^^^^^^^^^ the second one
      |
      = help: remove one of them

    error: a case has either `expect` or `expect_error`
      --> tasks/convert.test.yaml:11:3
       |
    11 |   expect_error: B
       |   ^^^^^^^^^^^^ the second one
       |
       = help: remove one of them

    error: `input` has no value
      --> tasks/convert.test.yaml:12:8
       |
    12 | - input:
       |        ^ nothing is here
       |
       = help: an empty text is written `input: ""`

    error: no task publishes an empty result
      --> tasks/convert.test.yaml:13:11
       |
    13 |   expect: ""
       |           ^^ this is empty
       |
       = help: a function that returns `""` filters its input out: write `expect_nothing: true`

    error: `expect_nothing` is `true`
      --> tasks/convert.test.yaml:15:19
       |
    15 |   expect_nothing: yes
       |                   ^^^ this is not
       |
       = help: leave it out where something is expected

    error: `expect_error` must be a text
      --> tasks/convert.test.yaml:17:3
       |
    17 |   expect_error:
       |   ^^^^^^^^^^^^ this is nothing
       |
       = help: write a part of the error's text; `expect_error: panic` is any panic

    error: a case must be a map of keys
      --> tasks/convert.test.yaml:18:3
       |
    18 | - just text
       |   ^^^^^^^^^ this is a single value
       |
       = help: write `key: value` lines

    error: `a` is given twice
      --> tasks/convert.test.yaml:19:17
       |
    19 | - input: {a: 1, a: 2}
       |                 ^ the second one
       |
       = help: remove one of them
    "#);
}

#[test]
fn what_cases_take_is_bounded() {
    let files = [("tasks/big.txt".to_owned(), vec![b'x'; 8 << 20])].into();
    let text = "- {input_file: big.txt, expect_file: big.txt}\n".repeat(500);
    let wrong = read(
        "tasks/a.test.yaml",
        "tasks/a.test.yaml",
        text.as_bytes(),
        &files,
        &mut 0,
    )
    .unwrap_err();
    insta::assert_snapshot!(wrong.render(false), @"
    error: these cases take too much from files
     --> tasks/a.test.yaml:3:16
      |
    3 | - {input_file: big.txt, expect_file: big.txt}
      |                ^^^^^^^ with this one, more than 32 MiB
      |
      = help: use smaller files, or fewer
    ");
    let text = format!(
        "- &a {{input: {}, expect: 1}}\n{}",
        "x".repeat(1 << 20),
        "- *a\n".repeat(999)
    );
    assert!(
        of(&text)
            .unwrap_err()
            .render(false)
            .contains("aliases repeat too much text")
    );
}
