//! What is said of cases, word for word.

use super::*;

/// What is said of cases that are wrong; one of the findings is of this rule.
fn said(rule: &str, text: &str) -> String {
    crate::document::tests::said(rule, [&of(text).unwrap_err()])
}

#[test]
fn each_rule_of_cases() {
    insta::assert_snapshot!(said("duplicate-name", "- {name: a, input: a, expect: A}\n- {name: a, input: b, expect: B}\n"), @"
    error: two cases are called `a`
     --> tasks/convert.test.yaml:2:10
      |
    2 | - {name: a, input: b, expect: B}
      |          ^ the second one
      |
      = help: give each case a name of its own, or none
    ");
    insta::assert_snapshot!(said("two-keys", "- {input: a, expect: A, expect_nothing: true}\n"), @"
    error: a case has either `expect` or `expect_nothing`
     --> tasks/convert.test.yaml:1:25
      |
    1 | - {input: a, expect: A, expect_nothing: true}
      |                         ^^^^^^^^^^^^^^ the second one
      |
      = help: remove one of them
    ");
    insta::assert_snapshot!(said("missing-file", "- {input_file: testdata/night.txt, expect: A}\n"), @"
    error: there is no file `tasks/testdata/night.txt`
     --> tasks/convert.test.yaml:1:16
      |
    1 | - {input_file: testdata/night.txt, expect: A}
      |                ^^^^^^^^^^^^^^^^^^ this file is missing
    ");
    insta::assert_snapshot!(said("type", "- input: {[a]: 1}\n  expect: 1\n"), @"
    error: a key must be a word
     --> tasks/convert.test.yaml:1:11
      |
    1 | - input: {[a]: 1}
      |           ^^^ this is a list
    ");
    insta::assert_snapshot!(said("too-many", &"- {input: a, expect: A}\n".repeat(1_001)), @"
    error: there are 1001 cases here
        --> tasks/convert.test.yaml:1001:3
         |
    1001 | - {input: a, expect: A}
         |   ^^^^^^^^^^^^^^^^^^^^^ at most 1000 are run
    ");
}

#[test]
fn files_stay_below_tasks() {
    insta::assert_snapshot!(wrong("\
- input_file: ../workflow.yaml
  expect_file: /etc/passwd
- input_file: ../../secret
  expect_file: testdata/dya.txt
- input_file: [a]
  expect_file: testdata/broken.json
"), @"
    error: `input_file` names a file outside of `tasks/`
     --> tasks/convert.test.yaml:1:15
      |
    1 | - input_file: ../workflow.yaml
      |               ^^^^^^^^^^^^^^^^ this leads outside
      |
      = help: put the file below `tasks/`, and name it from where this file stands: `testdata/day.json`

    error: `expect_file` names a file outside of `tasks/`
     --> tasks/convert.test.yaml:2:16
      |
    2 |   expect_file: /etc/passwd
      |                ^^^^^^^^^^^ this leads outside
      |
      = help: put the file below `tasks/`, and name it from where this file stands: `testdata/day.json`

    error: `input_file` names a file outside of `tasks/`
     --> tasks/convert.test.yaml:3:15
      |
    3 | - input_file: ../../secret
      |               ^^^^^^^^^^^^ this leads outside
      |
      = help: put the file below `tasks/`, and name it from where this file stands: `testdata/day.json`

    error: there is no file `tasks/testdata/dya.txt`
     --> tasks/convert.test.yaml:4:16
      |
    4 |   expect_file: testdata/dya.txt
      |                ^^^^^^^^^^^^^^^^ this file is missing
      |
      = help: did you mean `testdata/day.txt`?

    error: `input_file` must be a file's name
     --> tasks/convert.test.yaml:5:15
      |
    5 | - input_file: [a]
      |               ^^^ this is a list

    error: `tasks/testdata/broken.json` is no JSON: EOF while parsing an object at line 1 column 1
     --> tasks/convert.test.yaml:6:16
      |
    6 |   expect_file: testdata/broken.json
      |                ^^^^^^^^^^^^^^^^^^^^ this file
      |
      = help: a file that ends with `.json` is compared as JSON; name it otherwise to have it compared byte by byte
    ");
}

#[test]
fn nothing_in_it() {
    insta::assert_snapshot!(said("empty", ""), @"
    error: there are no cases here
     --> tasks/convert.test.yaml:1:1
      |
    1 |  
      | ^ nothing is here
      |
      = help: write a list of cases, each with `input:` and `expect:`
    ");
    insta::assert_snapshot!(said("empty", "# later\n"), @"
    error: there are no cases here
     --> tasks/convert.test.yaml:1:1
      |
    1 | # later
      | ^ nothing is here
      |
      = help: write a list of cases, each with `input:` and `expect:`
    ");
    insta::assert_snapshot!(said("empty", "[]\n"), @"
    error: there are no cases here
     --> tasks/convert.test.yaml:1:1
      |
    1 | []
      | ^^ this is an empty list
      |
      = help: write a list of cases, each with `input:` and `expect:`
    ");
    insta::assert_snapshot!(said("type", "cases:\n"), @"
    error: `cases` must be a list of cases
     --> tasks/convert.test.yaml:1:6
      |
    1 | cases:
      |      ^ this is nothing
      |
      = help: begin each case with `- input:`
    ");
    insta::assert_snapshot!(said("type", "just text\n"), @"
    error: a file of cases must be a map of keys
     --> tasks/convert.test.yaml:1:1
      |
    1 | just text
      | ^^^^^^^^^ this is a single value
      |
      = help: write `key: value` lines
    ");
    insta::assert_snapshot!(said("missing-key", "time_limit: 1s\n"), @"
    error: `cases` is missing in a file of cases
     --> tasks/convert.test.yaml:1:1
      |
    1 | time_limit: 1s
      | ^^^^^^^^^^^^^^ it belongs to this one
      |
      = help: add `cases:`
    ");
    let bytes = read(
        "tasks/a.test.yaml",
        "tasks/a.test.yaml",
        b"\xff",
        &BTreeMap::new(),
        &mut 0,
    );
    insta::assert_snapshot!(crate::document::tests::said("encoding", [&bytes.unwrap_err()]), @"
    error: this is not UTF-8 text
     --> tasks/a.test.yaml:1:1
      |
    1 |  
      | ^ this file
      |
      = help: save the file as UTF-8
    ");
}
