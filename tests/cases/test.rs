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
    insta::assert_snapshot!(ended.said, @"");
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
    insta::assert_snapshot!(ended.sorted(), @"");

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
    insta::assert_snapshot!(ended.said, @"");
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
    insta::assert_snapshot!(ended.said, @"");
    insta::assert_json_snapshot!(ended.json(), {
        ".seconds" => "[TIME]", ".tasks[].cases[].seconds" => "[TIME]",
    }, @"");
    let xml = std::fs::read_to_string(project.path().join("results.xml")).unwrap();
    let xml = regex::Regex::new(r#"time="[0-9.]+""#)
        .unwrap()
        .replace_all(&xml, "time=\"[TIME]\"");
    insta::assert_snapshot!(xml, @"");
}

#[tokio::test]
async fn wrong_files_of_cases_are_shown_all_at_once_by_every_command() {
    let project = project().with("REGISTRY_URL", "127.0.0.1:1");
    project.write("tasks/convert.test.yaml", "- input: a\n  expct: a\n");
    project.write("tasks/filtr.test.yaml", "- input: a\n  expect: a\n");
    let ended = project.pelato(&["test", "--json"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.said, @"");
    for command in ["check", "build", "brush"] {
        assert_eq!(project.pelato(&[command]).await.code, Some(2), "{command}");
    }
}
