//! `pelato test`: an author's cases.

use crate::command::{Project, Task};

const CONVERT: &str = r#"package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
)

func exec_task(arg string) (string, error) {
	var reading struct{ Celsius *float64 }
	if err := json.Unmarshal([]byte(arg), &reading); err != nil || reading.Celsius == nil {
		log.SetFlags(0)
		log.Print("cannot read ", arg)
		return "", errors.New("no temperature")
	}
	if *reading.Celsius < -273.15 {
		panic("colder than cold")
	}
	return fmt.Sprintf(`{"unit": "K", "kelvin": %.2f}`, *reading.Celsius+273.15), nil
}
"#;
const FILTER: &str = "package main\n\nfunc exec_task(arg string) string {\n\tif arg == \"cold\" {\n\t\treturn \"\"\n\t}\n\treturn arg\n}\n";

fn project() -> Project {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", CONVERT);
    project.write("tasks/filter.go", FILTER);
    project.workflow(&[
        Task::processor("convert", &["edge"]),
        Task::processor("filter", &["edge"]),
    ]);
    project
}

#[tokio::test]
async fn no_cases_are_no_failure() {
    let ended = project().pelato(&["test"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.said, @"there are no cases: write some beside a task, `tasks/<name>.test.yaml`");
}

#[tokio::test]
async fn what_a_row_would_be_needs_no_database() {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", CONVERT);
    project.write(
        "workflow.yaml",
        "project_name: Thermo\ntasks:\n  - name: Rows\n    type: nats_to_sql\n    code: convert.go\n    targets: [edge]\n    source_topic: rooms\n    table: rooms\n    key_column: unit\n    component_name: rows\n    version: 1.0.0\n",
    );
    project.write(
        "tasks/convert.test.yaml",
        "- name: a row\n  input: {Celsius: 20}\n  expect: {kelvin: 293.15, unit: K}\n\
         - name: another\n  input: {Celsius: 20}\n  expect: {kelvin: 293, unit: K}\n",
    );
    let ended = project.pelato(&["test"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @r#"
                  "unit": "K"
              +   "kelvin": 293.15,
              -   "kelvin": 293,
      FAILED  another ([TIME])
       build  rows: [SIZE]
      ok      a row ([TIME])
    rows: tasks/convert.test.yaml
              tasks/convert.test.yaml:4
              the JSON is another one
                {
                }
    1 task, 2 cases: 1 passed, 1 failed
    "#);
}

#[tokio::test]
async fn cases_that_pass() {
    let project = project();
    project.write(
        "tasks/convert.test.yaml",
        "- name: warm\n  input: {Celsius: 20}\n  expect: {kelvin: 293.15, unit: K}\n\
         - input: warm\n  expect_error: no temperature\n\
         - input_file: testdata/cold.json\n  expect_error: colder than cold\n",
    );
    project.write("tasks/testdata/cold.json", "{\"Celsius\": -300}");
    project.write(
        "tasks/filter.test.yaml",
        "time_limit: 30s\ncases:\n- input: cold\n  expect_nothing: true\n- input: warm\n  expect: warm\n",
    );
    let ended = project.pelato(&["test"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.sorted(), @"
       build  convert: [SIZE]
       build  filter: [SIZE]
    convert: tasks/convert.test.yaml
    filter: tasks/filter.test.yaml
      ok      case 1 ([TIME])
      ok      case 2 ([TIME])
      ok      case 2 ([TIME])
      ok      case 3 ([TIME])
      ok      warm ([TIME])
    2 tasks, 5 cases: 5 passed, 0 failed
    ");

    let ended = project.pelato(&["test", "--filter", "warm"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "1 task, 1 case: 1 passed, 0 failed")
    );
    let ended = project.pelato(&["test", "--filter", "filter"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "1 task, 2 cases: 2 passed, 0 failed")
    );
    let ended = project.pelato(&["test", "--filter", "nothing of it"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.said, @"no case, and no task, has `nothing of it` in its name; there are 5 cases");
}

#[tokio::test]
async fn cases_that_fail_say_in_what() {
    let project = project();
    project.write(
        "tasks/convert.test.yaml",
        "- name: warm\n  input: {Celsius: 20}\n  expect:\n    kelvin: 293\n    unit: K\n\
         - name: right\n  input: {Celsius: 0}\n  expect: {kelvin: 273.15, unit: K}\n\
         - name: a panic\n  input: {Celsius: -300}\n  expect: {kelvin: 0}\n\
         - name: not read\n  input: warm\n  expect_error: no such thing\n",
    );
    project.write(
        "tasks/filter.go",
        "package main\n\nfunc exec_task(arg string) string { return args }\n",
    );
    project.write("tasks/filter.test.yaml", "- input: a\n  expect: a\n");
    let ended = project.pelato(&["test", "--json", "--junit", "results.xml"]).await;
    assert_eq!(ended.code, Some(1));
    let built = |line: &&str| line.starts_with("   build");
    let said: Vec<&str> = ended.said.lines().filter(|line| !built(line)).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    convert: tasks/convert.test.yaml
      FAILED  warm ([TIME])
              tasks/convert.test.yaml:1
              the JSON is another one
                {
              -   "kelvin": 293,
              +   "kelvin": 293.15,
                  "unit": "K"
                }
      ok      right ([TIME])
      FAILED  a panic ([TIME])
              tasks/convert.test.yaml:9
              task failed: panic: colder than cold
                at exec_task (tasks/convert.go:18)
      FAILED  not read ([TIME])
              tasks/convert.test.yaml:12
              the error is another one
              - … no such thing …
              + task failed: no temperature
              | cannot read warm
    filter: tasks/filter.test.yaml
      `filter` does not compile:
      tasks/filter.go:3:44: undefined: args
    2 tasks, 4 cases: 1 passed, 3 failed; 1 task could not be tested
    "#);
    insta::assert_snapshot!(crate::without_times(&ended.stdout), @r#"
    {
      "success": false,
      "tasks": [
        {
          "project": ".",
          "component_name": "convert",
          "file": "tasks/convert.test.yaml",
          "success": false,
          "error": null,
          "cases": [
            {
              "name": "warm",
              "line": 1,
              "success": false,
              "seconds": [TIME],
              "failure": "the JSON is another one\n  {\n-   \"kelvin\": 293,\n+   \"kelvin\": 293.15,\n    \"unit\": \"K\"\n  }",
              "log": []
            },
            {
              "name": "right",
              "line": 6,
              "success": true,
              "seconds": [TIME],
              "failure": null,
              "log": []
            },
            {
              "name": "a panic",
              "line": 9,
              "success": false,
              "seconds": [TIME],
              "failure": "task failed: panic: colder than cold\n  at exec_task (tasks/convert.go:18)",
              "log": []
            },
            {
              "name": "not read",
              "line": 12,
              "success": false,
              "seconds": [TIME],
              "failure": "the error is another one\n- … no such thing …\n+ task failed: no temperature",
              "log": [
                "cannot read warm"
              ]
            }
          ]
        },
        {
          "project": ".",
          "component_name": "filter",
          "file": "tasks/filter.test.yaml",
          "success": false,
          "error": "`filter` does not compile:\ntasks/filter.go:3:44: undefined: args",
          "cases": []
        }
      ],
      "cases": 4,
      "passed": 1,
      "failed": 3,
      "seconds": [TIME]
    }
    "#);
    let xml = std::fs::read_to_string(project.path().join("results.xml")).unwrap();
    let xml = regex::Regex::new(r#"time="[0-9.]+""#)
        .unwrap()
        .replace_all(&xml, "time=\"[TIME]\"");
    insta::assert_snapshot!(xml, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="pelato" tests="5" failures="3" errors="1" time="[TIME]">
      <testsuite name="convert" tests="4" failures="3" errors="0" skipped="0" time="[TIME]">
        <testcase name="warm" classname="convert" file="tasks/convert.test.yaml" line="1" time="[TIME]">
          <failure message="the JSON is another one">tasks/convert.test.yaml:1
    the JSON is another one
      {
    -   &quot;kelvin&quot;: 293,
    +   &quot;kelvin&quot;: 293.15,
        &quot;unit&quot;: &quot;K&quot;
      }</failure>
        </testcase>
        <testcase name="right" classname="convert" file="tasks/convert.test.yaml" line="6" time="[TIME]"/>
        <testcase name="a panic" classname="convert" file="tasks/convert.test.yaml" line="9" time="[TIME]">
          <failure message="task failed: panic: colder than cold">tasks/convert.test.yaml:9
    task failed: panic: colder than cold
      at exec_task (tasks/convert.go:18)</failure>
        </testcase>
        <testcase name="not read" classname="convert" file="tasks/convert.test.yaml" line="12" time="[TIME]">
          <failure message="the error is another one">tasks/convert.test.yaml:12
    the error is another one
    - … no such thing …
    + task failed: no temperature
    | cannot read warm</failure>
        </testcase>
      </testsuite>
      <testsuite name="filter" tests="1" failures="0" errors="1" skipped="0" time="[TIME]">
        <testcase name="build" classname="filter" file="tasks/filter.test.yaml" time="[TIME]">
          <error message="tasks/filter.go:3:44: undefined: args">`filter` does not compile:
    tasks/filter.go:3:44: undefined: args</error>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[tokio::test]
async fn wrong_files_of_cases_are_shown_all_at_once_by_every_command() {
    let project = project().with("REGISTRY_URL", "127.0.0.1:1");
    project.write("tasks/convert.test.yaml", "- input: a\n  expct: a\n");
    project.write("tasks/filtr.test.yaml", "- input: a\n  expect: a\n");
    let ended = project.pelato(&["test", "--json"]).await;
    assert_eq!(ended.code, Some(2));
    assert_eq!(ended.json()["diagnostics"].as_array().unwrap().len(), 3);
    insta::assert_snapshot!(ended.said, @"
    error: this case says nothing of its result
     --> tasks/convert.test.yaml:1:3
      |
    1 | - input: a
      |   ^^^^^^^^ what is expected?
      |
      = help: add one of: expect, expect_file, expect_error, expect_nothing

    error: `expct` is not a key of a case
     --> tasks/convert.test.yaml:2:3
      |
    2 |   expct: a
      |   ^^^^^ unknown key
      |
      = help: did you mean `expect`?

    error: there is no `tasks/filtr.go` for these cases
     --> tasks/filtr.test.yaml:1:1
      |
    1 | filtr.test.yaml
      | ^ this file
      |
      = help: did you mean `tasks/filter.test.yaml`?
    ");
    for command in ["check", "build", "brush"] {
        assert_eq!(project.pelato(&[command]).await.code, Some(2), "{command}");
    }
}
