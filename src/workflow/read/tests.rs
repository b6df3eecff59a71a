//! `workflow.yaml` as people write it, right and wrong.

use super::*;
use crate::workflow::{KeyKind, KeySpec};

fn templates() -> Vec<TemplateSpec> {
    let key = |name: &str, kind, required, default: Option<&str>| KeySpec {
        name: name.into(),
        kind,
        required,
        default: default.map(str::to_owned),
        doc: "…".into(),
    };
    let spec = |name: &str, alias: Option<&str>, keys| TemplateSpec {
        name: name.into(),
        aliases: alias.map(str::to_owned).into_iter().collect(),
        doc: "…".into(),
        signatures: vec!["func exec_task(arg string) string".into()],
        world: name.into(),
        subscribes: true,
        modules: Vec::new(),
        generated: Vec::new(),
        keys,
    };
    vec![
        spec(
            "processor_nats",
            None,
            vec![
                key("source_topic", KeyKind::Subject, true, None),
                key("dest_topic", KeyKind::Subject, true, None),
            ],
        ),
        spec(
            "http_producer_nats",
            Some("producer_nats"),
            vec![
                key("source_topic", KeyKind::Subject, false, None),
                key("dest_topic", KeyKind::Subject, true, None),
                key("address", KeyKind::Address, false, Some("0.0.0.0:8000")),
            ],
        ),
    ]
}

fn read_text(text: &str, files: &[&str]) -> Result<Read, Vec<Diagnostics>> {
    let mut project = ProjectFiles {
        path: ".".into(),
        ..ProjectFiles::default()
    };
    project.files.insert("workflow.yaml".into(), text.as_bytes().to_vec());
    for file in files {
        project.files.insert(
            format!("tasks/{file}"),
            b"package main\n\nfunc exec_task(arg string) string { return arg }\n".to_vec(),
        );
    }
    let templates = templates();
    read("workflow.yaml", &project, &templates.iter().collect::<Vec<_>>())
}

fn refused(text: &str) -> String {
    read_text(text, &["a.go", "b.go"]).unwrap_err()[0].render(false)
}

const GOOD: &str = "\
project_name: Temperature data analysis
tasks:
  - name: Temp data conversion
    type: producer_nats
    code: a.go
    targets: [edge, cloud]
    source_topic: living_room.*
    dest_topic: living_room_kelvin_data
    component_name: celsius_to_kelvin_conversion
    version: 1.0.0
    address: { edge: 0.0.0.0:8000, cloud: 0.0.0.0:8001 }
  - name: Filter
    type: processor_nats
    code: b.go
    target: edge
    source_topic: living_room_kelvin_data
    dest_topic: filtered
    component_name: filter
    version: 1.0.0
";

#[test]
fn a_good_workflow_is_read_whole_and_an_old_spelling_noted() {
    let read = read_text(GOOD, &["a.go", "b.go"]).unwrap();
    assert_eq!(read.workflow.project_name, "Temperature data analysis");
    let [convert, filter] = read.workflow.tasks.as_slice() else {
        panic!("{read:?}")
    };
    assert_eq!(convert.template, "http_producer_nats");
    assert_eq!(convert.targets, ["edge", "cloud"]);
    assert_eq!(
        convert.address.as_ref().and_then(|a| a.on("cloud")),
        Some("0.0.0.0:8001")
    );
    assert_eq!(filter.targets, ["edge"]);
    assert_eq!(filter.dest_topic.as_deref(), Some("filtered"));
    insta::assert_snapshot!(read.notes[0].render(false), @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    note: `target` is an older name
      --> workflow.yaml:15:5
       |
    15 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`
    ");
}

#[test]
fn bom_crlf_and_comments_change_nothing() {
    let plain = read_text(GOOD, &["a.go", "b.go"]).unwrap().workflow;
    let windows = format!("\u{feff}# made by hand\n{GOOD}").replace('\n', "\r\n");
    assert_eq!(read_text(&windows, &["a.go", "b.go"]).unwrap().workflow, plain);
}

#[test]
fn all_errors_are_collected_each_in_its_place() {
    insta::assert_snapshot!(refused(
        "\
project_name: x
tasks:
  - name: One
    type: procesor_nats
    code: ../a.go
    targets: edge
    component_name: a b
    version: 1.0
  - name: Two
    type: processor_nats
    code: c.go
    targets: [edge, edge]
    sorce_topic: in
    dest_topic: out.*
    component_name: two
    version: 1.0.0
"
    ), @"
    error: there is no template `procesor_nats`
     --> workflow.yaml:4:11
      |
    4 |     type: procesor_nats
      |           ^^^^^^^^^^^^^ unknown type
      |
      = help: did you mean `processor_nats`?

    error: `code` cannot be this
     --> workflow.yaml:5:11
      |
    5 |     code: ../a.go
      |           ^^^^^^^ it must stay below `tasks/`: no `..`, no `.`, no empty part
      |
      = help: write `a.go`

    error: `targets` must be a list of host labels
     --> workflow.yaml:6:14
      |
    6 |     targets: edge
      |              ^^^^ this is a single value
      |
      = help: write `targets: [edge]`

    error: `component_name` cannot be this
     --> workflow.yaml:7:21
      |
    7 |     component_name: a b
      |                     ^^^ a space cannot stand in it
      |
      = help: write `a_b`

    error: `version` cannot be this
     --> workflow.yaml:8:14
      |
    8 |     version: 1.0
      |              ^^^ a version is three numbers, `1.0.0`
      |
      = help: write `1.0.0`

    error: `source_topic` is missing in a task
     --> workflow.yaml:9:5
      |
    9 |   - name: Two
      |     ^^^^^^^^^ it belongs to this one
      |
      = help: add `source_topic:`

    error: the target `edge` is given twice
      --> workflow.yaml:12:21
       |
    12 |     targets: [edge, edge]
       |               ----  ^^^^ the second one
       |               |
       |               the first one
       |
       = help: remove one of them

    error: `sorce_topic` is not a key of a task
      --> workflow.yaml:13:5
       |
    13 |     sorce_topic: in
       |     ^^^^^^^^^^^ unknown key
       |
       = help: did you mean `source_topic`?

    error: `dest_topic` cannot be this
      --> workflow.yaml:14:17
       |
    14 |     dest_topic: out.*
       |                 ^^^^^ `*` only stands where a task listens
       |
       = help: for example `living_room.kelvin`
    ");
}

#[test]
fn two_tasks_with_one_component_name_are_refused() {
    insta::assert_snapshot!(refused(&GOOD.replace("component_name: filter", "component_name: celsius-to_kelvin_Conversion")), @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    note: `target` is an older name
      --> workflow.yaml:15:5
       |
    15 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`

    error: `celsius-to_kelvin_Conversion` and `celsius_to_kelvin_conversion` are one name to wasmCloud
      --> workflow.yaml:18:21
       |
    18 |     component_name: celsius-to_kelvin_Conversion
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the second one
       |
      ::: workflow.yaml:9:21
       |
     9 |     component_name: celsius_to_kelvin_conversion
       |                     ---------------------------- the first one
       |
       = help: it sees no difference in case, nor between `-` and `_`: rename one of them
    ");
}

#[test]
fn one_component_name_twice_says_so() {
    insta::assert_snapshot!(refused(&GOOD.replace("component_name: filter", "component_name: celsius_to_kelvin_conversion")), @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    note: `target` is an older name
      --> workflow.yaml:15:5
       |
    15 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`

    error: two tasks have the component_name `celsius_to_kelvin_conversion`
      --> workflow.yaml:18:21
       |
    18 |     component_name: celsius_to_kelvin_conversion
       |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the second one
       |
      ::: workflow.yaml:9:21
       |
     9 |     component_name: celsius_to_kelvin_conversion
       |                     ---------------------------- the first one
       |
       = help: give each task a name of its own
    ");
}

#[test]
fn a_missing_code_file_names_those_that_are_there() {
    insta::assert_snapshot!(refused(&GOOD.replace("code: b.go", "code: bb.go")), @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    error: there is no file `tasks/bb.go`
      --> workflow.yaml:14:11
       |
    14 |     code: bb.go
       |           ^^^^^ this file is missing
       |
       = help: did you mean `b.go`?

    note: `target` is an older name
      --> workflow.yaml:15:5
       |
    15 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`
    ");
}

#[test]
fn two_http_tasks_cannot_take_one_port_of_a_target() {
    let text = GOOD
        .replace("    address: { edge: 0.0.0.0:8000, cloud: 0.0.0.0:8001 }\n", "")
        .replace("type: processor_nats", "type: http_producer_nats");
    insta::assert_snapshot!(refused(&text), @"
    note: `producer_nats` is an older name
     --> workflow.yaml:4:11
      |
    4 |     type: producer_nats
      |           ^^^^^^^^^^^^^ read as `http_producer_nats`
      |
      = help: write `type: http_producer_nats`

    error: `filter` and `celsius_to_kelvin_conversion` would both listen on port 8000 of `edge`
      --> workflow.yaml:11:5
       |
    11 |   - name: Filter
       |     ^^^^^^^^^^^^ `0.0.0.0:8000`
       |
      ::: workflow.yaml:3:5
       |
     3 |   - name: Temp data conversion
       |     -------------------------- `0.0.0.0:8000`
       |
       = help: give each HTTP task a port of its own with `address: 0.0.0.0:<port>`

    note: `target` is an older name
      --> workflow.yaml:14:5
       |
    14 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`
    ");
}

#[test]
fn applications_of_different_tasks_do_not_collide() {
    let text = GOOD
        .replace("component_name: celsius_to_kelvin_conversion", "component_name: a")
        .replace("targets: [edge, cloud]", "targets: [b-c]")
        .replace("    address: { edge: 0.0.0.0:8000, cloud: 0.0.0.0:8001 }\n", "")
        .replace("target: edge", "target: c")
        .replace("component_name: filter", "component_name: a-b");
    assert!(refused(&text).contains("would be one application"));
}

#[test]
fn an_empty_file_a_list_and_bytes_get_a_message_too() {
    assert!(refused("").contains("the workflow is empty"));
    assert!(refused("- a\n").contains("the workflow must be a map of keys"));
    assert!(refused("project_name: x\ntasks: []\n").contains("this is an empty list"));
    let mut project = ProjectFiles::default();
    project
        .files
        .insert("workflow.yaml".into(), b"project_name: \xff\xfe".to_vec());
    let error = read("workflow.yaml", &project, &[]).unwrap_err()[0].render(false);
    assert!(error.contains("not UTF-8"), "{error}");
}
