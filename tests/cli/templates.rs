//! `pelato templates`, and templates of one's own in every command that takes a folder.

use crate::command::{ECHO, Project};

/// A template that comes with Pelato under another name: files of `templates/<name>`.
const COPIED: [&str; 4] = ["template.yaml", "world.wit", "wadm.yaml", "skeleton/main.go.hbs"];

/// A project whose one task is of the template `mine`, in `own/`.
fn project() -> Project {
    let project = Project::of("acme/thermo");
    for file in COPIED.into_iter().chain(["skeleton/go.mod"]) {
        let path = format!("{}/templates/processor_nats/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        project.write(
            &format!("own/mine/{file}"),
            &text.replace("name: processor_nats", "name: mine\naliases: [ours]"),
        );
    }
    project.write("tasks/echo.go", ECHO);
    project.write("tasks/echo.test.yaml", "- input: a\n  expect: a\n");
    project.write(
        "workflow.yaml",
        "project_name: Thermo\ntasks:\n  - name: Echo\n    type: mine\n    code: echo.go\n    component_name: echo\n    version: 1.0.0\n    targets: [edge]\n    source_topic: in\n    dest_topic: out\n",
    );
    project
}

#[tokio::test]
async fn the_list_and_one_of_them() {
    let project = project();
    let ended = project.pelato(&["templates", "--templates", "own"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.stdout, @"
    http_producer_nats  HTTP POST to a NATS subject, answering with the result (also producer_nats)
    mine                A NATS subject to another one (also ours; from own/mine)
    nats_to_nats_kv     A NATS subject to a NATS key-value bucket (also nats_to_nats-kv)
    nats_to_sql         A NATS subject to a PostgreSQL table (also dbsync_nats)
    processor_nats      A NATS subject to another one
    ");
    let ended = project.pelato(&["templates", "show", "procesor_nats"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(ended.said, @"error: there is no template `procesor_nats`; did you mean `processor_nats`?");
    let ended = project.pelato(&["templates", "show", "producer_nats"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.stdout, @r#"
    http_producer_nats: HTTP POST to a NATS subject, answering with the result

    Older names: producer_nats

    Takes the body of each POST through your function, publishes what it returns to a NATS
    subject, and answers with it: 200 and the result (application/json when it is JSON, else
    text/plain), 204 when it is empty and nothing was published, 405 for other methods, 413
    for a body past max_payload of the component's configuration (1048576 bytes, NATS's own
    default), 500 when the function failed, 502 when the result could not be published, 503
    when the body did not arrive whole. With a source_topic it also does what processor_nats
    does, for each message of that subject.

    Keys of a task, beside name, type, code, targets, component_name and version:
      address       address, default 0.0.0.0:8000. Where to listen, `ip:port`, or a map of target to `ip:port`.
      source_topic  subject, optional. A subject to listen on as well. It may hold `*` and `>`.
      dest_topic    subject, required. The subject to publish results to.

    The function is one of:
      func exec_task(arg string) string
      func exec_task(arg string) (string, error)

    A function is WebAssembly: encoding/json, time, regexp, math, strings and crypto work,
    and so do clocks, random numbers, and goroutines within one call. There are no sockets
    (net, net/http), no other programs (os/exec), no files, no cgo, and nothing goes on after
    the call. docs/reference/go.md has the whole list.

    In workflow.yaml:

        tasks:
          - name: Celsius to kelvin
            type: http_producer_nats
            code: celsius_to_kelvin.go
            component_name: celsius_to_kelvin
            version: 1.0.0
            targets: [edge]
            address: "0.0.0.0:8000"
            dest_topic: readings.kelvin

    The function:

        package main

        import (
        	"encoding/json"
        	"fmt"
        )

        type reading struct {
        	Sensor  string   `json:"sensor"`
        	Celsius *float64 `json:"celsius"`
        }

        // Takes the body of a POST, a reading in Celsius, and returns it in kelvin.
        func exec_task(arg string) (string, error) {
        	var in reading
        	if err := json.Unmarshal([]byte(arg), &in); err != nil {
        		return "", fmt.Errorf("not a reading: %w", err)
        	}
        	if in.Celsius == nil {
        		return "", fmt.Errorf("not a reading: it has no celsius")
        	}
        	return fmt.Sprintf(`{"sensor":%q,"kelvin":%.2f}`, in.Sensor, *in.Celsius+273.15), nil
        }

    Its cases:

        - name: a reading
          input: { sensor: attic, celsius: 21.5 }
          expect: { sensor: attic, kelvin: 294.65 }

        - name: no reading
          input: warm
          expect_error: not a reading
    "#);
}

#[tokio::test]
async fn the_same_as_json() {
    let project = project().with("PELATO_TEMPLATES", "own");
    let list = project.pelato(&["templates", "--json"]).await.json();
    assert_eq!(list["templates"][1]["name"], "mine");
    assert_eq!(list["templates"][1]["from"], "own/mine");
    assert_eq!(list["templates"][0]["from"], "pelato");
    let shown = project.pelato(&["templates", "show", "mine", "--json"]).await.json();
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    insta::assert_snapshot!(format!("{keys:?}"), @r#"["aliases", "doc", "example", "from", "keys", "limits", "name", "signatures", "summary"]"#);
    insta::assert_json_snapshot!(shown["keys"][0], @r#"
    {
      "default": null,
      "doc": "The subject to listen on. It may hold `*` and `>`.",
      "kind": "subject",
      "name": "source_topic",
      "required": true
    }
    "#);
    assert!(shown["example"]["task"].as_str().unwrap().contains("type: mine"));
}

#[tokio::test]
async fn every_command_takes_them_from_the_flag_or_the_variable() {
    let project = project();
    let ended = project.pelato(&["check"]).await;
    assert_eq!(ended.code, Some(2), "they count where they are named, and only there");
    for command in ["check", "gen", "test"] {
        let ended = project.pelato(&[command, "--templates", "own"]).await;
        assert_eq!(ended.code, Some(0), "{command}: {}", ended.said);
    }
    let ended = project
        .pelato(&["invoke", "echo", "--templates", "own", "--data", "hello"])
        .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "hello"),
        "{}",
        ended.said
    );
    for command in ["build", "deploy", "remove", "brush"] {
        let ended = project.pelato(&[command, "--templates", "nowhere"]).await;
        assert_eq!(ended.code, Some(2), "{command}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(ended.said, @"error: cannot read the templates in nowhere: No such file or directory (os error 2); look at --templates, or PELATO_TEMPLATES");
        }
    }
    // The variable in `.env` is relative to where that is; the flag wins.
    project.write(".env", "PELATO_TEMPLATES=own\n");
    assert_eq!(project.pelato(&["check"]).await.code, Some(0));
    let path = project.path().display().to_string();
    let mut elsewhere = project.command(&["check", &path]);
    let elsewhere = elsewhere.current_dir("/").spawn().unwrap();
    assert_eq!(project.ended(elsewhere).await.code, Some(0));
    assert_eq!(project.pelato(&["check", "--templates", "tasks"]).await.code, Some(2));
}

#[tokio::test]
async fn what_is_wrong_with_one_is_shown_before_anything_is_done() {
    let project = project();
    let wadm = std::fs::read_to_string(project.path().join("own/mine/wadm.yaml")).unwrap();
    project.write(
        "own/mine/wadm.yaml",
        &wadm.replace("dest_topic=dest_topic", "dest_topic=dst_topic"),
    );
    project.write("own/mine/template.yaml", "name: mine\n");
    let ended = project.pelato(&["gen", "--templates", "own"]).await;
    assert_eq!((ended.code, project.generated()), (Some(2), None));
    insta::assert_snapshot!(ended.said, @"
    error: `doc` is missing in a template
     --> own/mine/template.yaml:1:1
      |
    1 | name: mine
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `doc:`

    error: `signatures` is missing in a template
     --> own/mine/template.yaml:1:1
      |
    1 | name: mine
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `signatures:`

    error: `world` is missing in a template
     --> own/mine/template.yaml:1:1
      |
    1 | name: mine
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `world:`

    error: `subscribes` is missing in a template
     --> own/mine/template.yaml:1:1
      |
    1 | name: mine
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `subscribes:`

    error: `keys` is missing in a template
     --> own/mine/template.yaml:1:1
      |
    1 | name: mine
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `keys:`
    ");
    std::fs::remove_dir_all(project.path().join("own/mine")).unwrap();
    std::os::unix::fs::symlink("/etc", project.path().join("own/mine")).unwrap();
    let ended = project.pelato(&["gen", "--templates", "own"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: own/mine is a link; Pelato follows none, put the file itself there");
}
