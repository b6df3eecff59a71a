//! A project as the original PELATO has it: its layout, its spellings, its `.env`, its
//! `metrics.yaml`. docs/how-to/moving.md says what differs.

use futures_util::StreamExt as _;

use crate::command::Project;
use crate::host::{Host, free_address, post};
use crate::named::guarded_nats::GuardedNats;
use crate::named::registry::RealRegistry;

/// Lists of block style, `target:`, `producer_nats`, one file for two tasks, and no
/// address: HTTP is at port 8000.
const WORKFLOW: &str = "\
project_name: Meter test
tasks:
  - name: Meter values               # shown to people
    type: producer_nats
    code: round.go
    target:
      - edge
      - cloud
    source_topic: meter_source
    dest_topic: meter_rounded
    component_name: meter_round
    version: 1.0.0

  - name: Meter values doubled 1
    type: processor_nats
    code: twice.go
    targets:
      - cloud
    source_topic: meter_rounded
    dest_topic: meter_doubled
    component_name: meter_twice1
    version: 1.0.0

  - name: Meter values doubled 2
    type: processor_nats
    code: twice.go
    targets:
      - cloud
    source_topic: meter_doubled
    dest_topic: meter_quadrupled
    component_name: meter_twice2
    version: 1.0.0
";

const ROUND: &str = "package main\n\nimport (\n\n)\n\nfunc exec_task(arg string) string{\n\n\treturn arg\n}\n";

/// Members of JSON that are named by the fields, and an error that nobody looks at.
const TWICE: &str = r#"package main

import (
	"encoding/json"
)

type Value struct {
    Count int
    Meter string
}

func exec_task(arg string) string{
    value := Value{}
	json.Unmarshal([]byte(arg), &value)
	value.Count = value.Count * 2
	json, _ := json.Marshal(value)
	return string(json)
}"#;

/// As Python's YAML writes it, with times as texts.
const METRICS: &str = "\
runs:
- build:
    components_build_time: '54.321'
    image_build_time: '80.100'
  code_gen:
    gen_time: '0.042'
  deploy:
    components_deploy_time: '1.234'
  n_task: 3
  time_total: '57.890'
";

/// What the original has generated lies there still.
const GENERATED: &str = "gen/meter_twice1/wadm.yaml";

#[tokio::test(flavor = "multi_thread")]
async fn a_project_of_the_original_runs_as_it_is() {
    let registry = RealRegistry::with_password();
    let nats = GuardedNats::open();
    let project = Project::of("acme/meters").with("PELATO_BUILDER", "local");
    let state = project.path().with_file_name("state");
    let project = project.with("PELATO_STATE", &state.display().to_string());
    let host = Host::below(&state, "default");
    project.write("workflow.yaml", WORKFLOW);
    project.write("tasks/round.go", ROUND);
    project.write("tasks/twice.go", TWICE);
    project.write("metrics.yaml", METRICS);
    project.write(GENERATED, "apiVersion: core.oam.dev/v1beta1\n");
    let (nats_host, nats_port) = nats.url.trim_start_matches("nats://").split_once(':').unwrap();
    let dotenv = format!(
        "REGISTRY_URL={}\nREGISTRY_USER=ci\nREGISTRY_PASSWORD='correct horse'\nPARALLEL_BUILD=True\n\
         NATS_HOST={nats_host}\nNATS_PORT={nats_port}\nENABLE_METRICS=True",
        registry.host
    );
    project.write(".env", &dotenv);

    // Older spellings are read; a note says how they are written today.
    let checked = project.pelato(&["check"]).await;
    assert_eq!(checked.code, Some(0));
    insta::assert_snapshot!(checked.said, @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    note: `target` is an older name
     --> workflow.yaml:6:5
      |
    6 |     target:
      |     ^^^^^^ read as `targets: [edge, cloud]`
      |
      = help: write `targets: [edge, cloud]`

    done: 3 tasks are right, 2 notes
    ");

    // Nobody's files are replaced unasked: once, the old folder has to go.
    let refused = project.pelato(&["gen"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.last().contains("was not written by pelato"), "{}", refused.said);
    std::fs::remove_dir_all(project.path().join("gen")).unwrap();
    assert_eq!(project.pelato(&["gen"]).await.code, Some(0));
    assert_eq!(
        project.generated().unwrap(),
        ["meter_round", "meter_twice1", "meter_twice2"]
    );
    let built = project.pelato(&["build"]).await;
    assert_eq!(built.code, Some(0));
    assert!(built.last().ends_with("3 built, 3 published"), "{}", built.last());

    // Somebody on this machine may have port 8000.
    let address = free_address();
    let workflow = WORKFLOW.replacen(
        "    version: 1.0.0\n",
        &format!("    version: 1.0.0\n    address: {address}\n"),
        1,
    );
    project.write("workflow.yaml", &workflow);
    let brushed = project.pelato(&["brush", "--deploy", "local"]).await;
    assert_eq!(brushed.code, Some(0));
    let client = async_nats::connect(&nats.url).await.unwrap();
    let mut results = client.subscribe("meter_quadrupled").await.unwrap();
    client.flush().await.unwrap();
    assert_eq!(
        post(&address, r#"{"Count":5,"Meter":"attic"}"#).await.unwrap(),
        r#"{"Count":5,"Meter":"attic"}"#
    );
    let result = results.next().await.unwrap();
    assert_eq!(result.payload, r#"{"Count":20,"Meter":"attic"}"#);

    // What was in the file is as it was, and the form of what came is the same.
    let text = std::fs::read_to_string(project.path().join("metrics.yaml")).unwrap();
    let metrics: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let before: serde_yaml::Value = serde_yaml::from_str(METRICS).unwrap();
    let runs = metrics["runs"].as_sequence().unwrap();
    assert_eq!(runs[0], before["runs"][0]);
    let last = runs.last().unwrap();
    assert_eq!(last["n_task"], before["runs"][0]["n_task"]);
    for (part, time) in [
        ("build", "components_build_time"),
        ("build", "image_build_time"),
        ("code_gen", "gen_time"),
        ("deploy", "components_deploy_time"),
    ] {
        assert!(last[part][time].as_f64().is_some(), "{part}.{time}: {text}");
    }
    assert!(last["time_total"].as_f64().is_some(), "{text}");

    assert_eq!(project.pelato(&["remove", "--deploy", "local"]).await.code, Some(0));
    host.until_gone().await;
    assert!(!host.log().contains("had not finished in time"), "{}", host.log());
}

#[tokio::test]
async fn what_the_original_never_asked_for_is_asked_for() {
    let project = Project::of("acme/meters");
    let tasks = "project_name: Meter test\ntasks:\n  - name: Values kept\n    type: nats_to_nats-kv\n    \
                 code: keep.go\n    targets:\n      - cloud\n    source_topic: meter_rounded\n    \
                 component_name: meter_keep\n    version: 1.0.0\n\n  - name: Values in a table\n    \
                 type: dbsync_nats\n    code: round.go\n    targets:\n      - cloud\n    \
                 source_topic: meter_rounded\n    component_name: meter_rows\n    version: 1.0.0\n";
    project.write("workflow.yaml", tasks);
    project.write("tasks/keep.go", ROUND);
    project.write("tasks/round.go", ROUND);
    let checked = project.pelato(&["check"]).await;
    assert_eq!(checked.code, Some(2));
    insta::assert_snapshot!(checked.said, @"
    error: `bucket` is missing in a task
     --> workflow.yaml:3:5
      |
    3 |   - name: Values kept
      |     ^^^^^^^^^^^^^^^^^ it belongs to this one
      |
      = help: add `bucket:`

    note: `nats_to_nats-kv` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: nats_to_nats-kv
      |           ^^^^^^^^^^^^^^^ read as `nats_to_nats_kv`
      |
      = help: write `type: nats_to_nats_kv`

    error: `table` is missing in a task
      --> workflow.yaml:12:5
       |
    12 |   - name: Values in a table
       |     ^^^^^^^^^^^^^^^^^^^^^^^ it belongs to this one
       |
       = help: add `table:`

    note: `dbsync_nats` is an older name
      --> workflow.yaml:13:11
       |
    13 |     type: dbsync_nats
       |           ^^^^^^^^^^^ read as `nats_to_sql`
       |
       = help: write `type: nats_to_sql`

    error: `exec_task` is not what the template `nats_to_nats_kv` takes
     --> tasks/keep.go:7:6
      |
    7 | func exec_task(arg string) string{
      |      ^^^^^^^^^ this is `func exec_task(arg string) string`
      |
      = help: it has to be `func exec_task(key, data string) (string, string)` or `func exec_task(key, data string) (string, string, error)`
    ");

    let workflow = tasks
        .replacen(
            "    version: 1.0.0\n",
            "    version: 1.0.0\n    bucket: test-keyvalue\n",
            1,
        )
        .trim_end()
        .to_owned()
        + "\n    table: meters\n";
    project.write("workflow.yaml", &workflow);
    let keep = "package main\n\nfunc exec_task(key, data string) (string, string) {\n\treturn key, data\n}\n";
    project.write("tasks/keep.go", keep);
    assert_eq!(project.pelato(&["check"]).await.code, Some(0));
}
