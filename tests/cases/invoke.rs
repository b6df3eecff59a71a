//! `pelato invoke`: one task, called by hand.

use crate::command::{Project, Task};
use crate::database::Database;

const CODE: &str = r#"package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

func exec_task(arg string) (string, error) {
	switch arg {
	case "panic":
		return divide(1, len(arg)-5), nil
	case "error":
		return "", errors.New("no temperature")
	case "empty":
		return "", nil
	case "bytes":
		return "\x00\xff\n", nil
	case "says":
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr \x1b[31m")
	case "leaves":
		os.Exit(3)
	}
	return strings.ToUpper(arg), nil
}

func divide(a, b int) string {
	return fmt.Sprint(a / b)
}
"#;

fn project() -> Project {
    let project = Project::of("acme/thermo");
    project.write("tasks/shout.go", CODE);
    project.write(
        "tasks/broken.go",
        "package main\n\nfunc exec_task(arg string) string { return args }\n",
    );
    let served = Task {
        code: "shout.go".into(),
        ..Task::http("served", &["edge"], "0.0.0.0:8000")
    };
    // One that does not compile concerns no other.
    project.workflow(&[
        Task::processor("shout", &["edge"]),
        served,
        Task::processor("broken", &["edge"]),
    ]);
    project
}

#[tokio::test]
async fn stdout_has_what_the_function_returned_and_nothing_else() {
    let project = project();
    for task in ["shout", "served"] {
        let ended = project.pelato(&["invoke", task, "--data", "hello"]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "HELLO"));
    }
    let ended = project.pelato(&["invoke", "shout", "--data", "bytes"]).await;
    assert_eq!((ended.code, ended.bytes.as_slice()), (Some(0), &b"\x00\xff\n"[..]));
    let ended = project.pelato(&["invoke", "shout", "--data", "empty"]).await;
    assert_eq!((ended.code, ended.bytes.len()), (Some(0), 0));
    let ended = project.pelato_reading(b"", &["invoke", "shout"]).await;
    assert_eq!((ended.code, ended.bytes.len()), (Some(0), 0));

    let megabyte = vec![b'a'; 1 << 20];
    let ended = project.pelato_reading(&megabyte, &["invoke", "shout"]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.bytes == vec![b'A'; 1 << 20]);
    let ended = project
        .pelato_reading(&[&megabyte[..], b"a"].concat(), &["invoke", "shout"])
        .await;
    assert_eq!((ended.code, ended.bytes.len()), (Some(1), 0));
    assert_eq!(
        ended.last(),
        "input refused: the input has 1048577 bytes, max_payload is 1048576"
    );
}

#[tokio::test]
async fn what_goes_into_a_bucket_is_printed_with_its_key() {
    let project = Project::of("acme/thermo");
    project.write(
        "tasks/keep.go",
        "package main\n\nfunc exec_task(key, data string) (string, string) {\n\tif data == \"\" {\n\t\treturn \"\", \"\"\n\t}\n\treturn key + \".last\", data + \"!\"\n}\n",
    );
    project.write(
        "workflow.yaml",
        "project_name: Thermo\ntasks:\n  - name: Keep\n    type: nats_to_nats_kv\n    code: keep.go\n    targets: [edge]\n    source_topic: rooms\n    bucket: last\n    component_name: keep\n    version: 1.0.0\n",
    );
    let message = r#"{"key": "attic", "data": "21"}"#;
    let ended = project.pelato(&["invoke", "keep", "--data", message]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), r#"{"data":"21!","key":"attic.last"}"#)
    );
    let ended = project
        .pelato(&["invoke", "keep", "--data", r#"{"key": "attic", "data": ""}"#])
        .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_row_is_printed_and_written_only_where_that_is_asked_for() {
    let project = project();
    project.write("tasks/rows.go", crate::command::ECHO);
    project.write(
        "workflow.yaml",
        "project_name: Thermo\ntasks:\n  - name: Rows\n    type: nats_to_sql\n    code: rows.go\n    targets: [edge]\n    source_topic: rooms\n    table: rooms\n    component_name: rows\n    version: 1.0.0\n",
    );
    let row = r#"{"room": "it's; --"}"#;
    let ended = project.pelato(&["invoke", "rows", "--data", row]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), row));
    let ended = project.pelato(&["invoke", "rows", "--data", "no row"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    insta::assert_snapshot!(ended.last(), @"result not stored: the result is no JSON object, whose keys are columns");
    let ended = project.pelato(&["invoke", "rows", "--data", row, "--sql"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.last(), @"error: --sql without an URL takes that of PELATO_SQL_URL, which is not set");

    let database = Database::start().await;
    let client = database.client().await;
    let project = project.with("PELATO_SQL_URL", &database.url());
    let ended = project.pelato(&["invoke", "rows", "--data", row, "--sql"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @r#"result not stored: in rooms: relation "rooms" does not exist; create the table: a task makes none"#);
    client.batch_execute("CREATE TABLE rooms (room text)").await.unwrap();
    let url = format!("--sql={}", database.url());
    for sql in ["--sql", &url] {
        let ended = project.pelato(&["invoke", "rows", "--data", row, sql]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), row));
    }
    project.pelato(&["invoke", "rows", "--data", row]).await;
    let rows = client.query("SELECT room FROM rooms", &[]).await.unwrap();
    let rows: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(rows, ["it's; --", "it's; --"]);
}

#[tokio::test]
async fn what_goes_wrong_is_on_stderr() {
    let project = project();
    let mut said = Vec::new();
    for data in ["panic", "error", "leaves"] {
        let ended = project.pelato(&["invoke", "shout", "--data", data]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
        said.push(ended.said);
    }
    let ended = project.pelato(&["invoke", "shout", "--data", "says"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "SAYS"));
    said.push(ended.said);
    let ended = project.pelato(&["invoke", "broken", "--data", ""]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    said.push(ended.said);
    insta::assert_snapshot!(said.join("\n"), @"
       build  shout: [SIZE]
    task failed: panic: runtime error: integer divide by zero
      at divide (tasks/shout.go:30)
      at exec_task (tasks/shout.go:13)

       build  shout: [SIZE]
    task failed: no temperature

       build  shout: [SIZE]
    the task's instance ended: it ended itself with exit status 1

       build  shout: [SIZE]
    to stdout
    to stderr [31m

       build  broken: | tasks/broken.go:3:44: undefined: args
       build  broken: failed: tasks/broken.go:3:44: undefined: args
    ");
}

#[tokio::test]
async fn a_task_that_is_not_there() {
    let project = project();
    let mut said = Vec::new();
    for task in ["shuot", "filter"] {
        let ended = project.pelato(&["invoke", task, "--data", ""]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        said.push(ended.said);
    }
    for folder in ["attic", "cellar"] {
        let from = project.path().join("workflow.yaml");
        project.write(&format!("{folder}/tasks/shout.go"), CODE);
        project.write(&format!("{folder}/tasks/broken.go"), CODE);
        std::fs::copy(from, project.path().join(folder).join("workflow.yaml")).unwrap();
    }
    std::fs::remove_file(project.path().join("workflow.yaml")).unwrap();
    let ended = project.pelato(&["invoke", "shout", "--data", ""]).await;
    assert_eq!(ended.code, Some(2));
    said.push(ended.said);
    let ended = project.pelato(&["invoke", "shout", "attic", "--data", "a"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "A"));
    insta::assert_snapshot!(said.join("\n"), @"
    error: which task is `shuot`? there is none of that name; did you mean `shout`?

    error: which task is `filter`? there is none of that component_name; there are: shout, served, broken

    error: which task is `shout`? the projects attic and cellar both have one; name the folder of one of them
    ");
}

#[tokio::test]
async fn figures_for_programs_and_for_people() {
    let project = project();
    let ended = project
        .pelato(&["invoke", "shout", "--data", "a", "--repeat", "20"])
        .await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "A"));
    assert_eq!(
        ended.last(),
        "20 calls: min [TIME], median [TIME], p99 [TIME], max [TIME]"
    );

    let ended = project.pelato(&["invoke", "shout", "--data", "says", "--json"]).await;
    insta::assert_snapshot!(crate::without_times(&ended.stdout), @r#"
    {
      "component_name": "shout",
      "output": "SAYS",
      "error": null,
      "log": [
        "to stdout",
        "to stderr \u001b[31m"
      ],
      "build_seconds": [TIME],
      "load_seconds": [TIME],
      "calls": 1,
      "seconds": {
        "first": [TIME],
        "min": [TIME],
        "median": [TIME],
        "p99": [TIME],
        "max": [TIME]
      }
    }
    "#);
    let ended = project.pelato(&["invoke", "shout", "--data", "bytes", "--json"]).await;
    assert_eq!(ended.json()["output"], serde_json::Value::Null);
    assert_eq!(ended.json()["output_base64"], "AP8K");
    let ended = project
        .pelato(&["invoke", "shout", "--data", "panic", "--repeat", "5", "--json"])
        .await;
    assert_eq!(ended.code, Some(1));
    let json = ended.json();
    assert_eq!((&json["calls"], &json["output"]), (&1.into(), &serde_json::Value::Null));
    assert!(
        json["error"].as_str().unwrap().contains("divide (tasks/shout.go:30)"),
        "{json}"
    );
    let ended = project.pelato(&["invoke", "broken", "--data", "", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.json()["calls"], 0);
}
