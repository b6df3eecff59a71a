//! The exact text of each thing that can be said of a workflow: of its keys here, of
//! the rest by noun.

#[path = "diagnostics/document.rs"]
mod document;
#[path = "diagnostics/names.rs"]
mod names;
#[path = "diagnostics/running.rs"]
mod running;
#[path = "diagnostics/tasks.rs"]
mod tasks;

use super::{GOOD, found, said};

#[test]
fn a_right_workflow_is_left_in_peace() {
    assert_eq!(found(GOOD.as_bytes()).render(false), "");
}

#[test]
fn keys_of_the_workflow() {
    insta::assert_snapshot!(said("missing-key", "project: x\n"), @"
    error: `project_name` is missing in the workflow
     --> workflow.yaml:1:1
      |
    1 | project: x
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `project_name:`

    error: `tasks` is missing in the workflow
     --> workflow.yaml:1:1
      |
    1 | project: x
      | ^^^^^^^^^^ it belongs to this one
      |
      = help: add `tasks:`

    error: `project` is not a key of the workflow
     --> workflow.yaml:1:1
      |
    1 | project: x
      | ^^^^^^^ unknown key
      |
      = help: the workflow may have: project_name, tasks
    ");
    insta::assert_snapshot!(said("type", "- a\n"), @"
    error: the workflow must be a map of keys
     --> workflow.yaml:1:1
      |
    1 | - a
      | ^^^ this is a list
      |
      = help: write `key: value` lines
    ");
    insta::assert_snapshot!(said("type", "project_name: [a]\ntasks: many\n"), @"
    error: `project_name` must be a single value
     --> workflow.yaml:1:15
      |
    1 | project_name: [a]
      |               ^^^ this is a list
      |
      = help: write it behind `project_name:`, on the same line

    error: `tasks` must be a list of tasks
     --> workflow.yaml:2:8
      |
    2 | tasks: many
      |        ^^^^ this is a single value
      |
      = help: begin each task with `- name:`
    ");
    insta::assert_snapshot!(said("type", "project_name:\ntasks: []\n"), @"
    error: `project_name` must be a single value
     --> workflow.yaml:1:13
      |
    1 | project_name:
      |             ^ this is nothing
      |
      = help: write it behind `project_name:`, or remove the key

    error: `tasks` must be a list of tasks
     --> workflow.yaml:2:8
      |
    2 | tasks: []
      |        ^^ this is an empty list
      |
      = help: begin each task with `- name:`
    ");
    insta::assert_snapshot!(said("type", "[a]: b\nproject_name: x\ntasks: [a]\n"), @"
    error: a key of the workflow must be a word
     --> workflow.yaml:1:1
      |
    1 | [a]: b
      | ^^^ this is a list
      |
      = help: write a word before the `:`

    error: a task must be a map of keys
     --> workflow.yaml:3:9
      |
    3 | tasks: [a]
      |         ^ this is a single value
      |
      = help: write `key: value` lines
    ");
    insta::assert_snapshot!(said("duplicate-key", "project_name: x\nproject_name: y\ntasks: [{}]\n"), @"
    error: `project_name` is given twice in the workflow
     --> workflow.yaml:2:1
      |
    2 | project_name: y
      | ^^^^^^^^^^^^ the second one
      |
     ::: workflow.yaml:1:1
      |
    1 | project_name: x
      | ------------ the first one
      |
      = help: remove one of them

    error: `name` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `name:`

    error: `type` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `type:`

    error: `code` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `code:`

    error: `component_name` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `component_name:`

    error: `version` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `version:`

    error: `targets` is missing in a task
     --> workflow.yaml:3:9
      |
    3 | tasks: [{}]
      |         ^^ it belongs to this one
      |
      = help: add `targets:`
    ");
}

#[test]
fn keys_of_a_task() {
    insta::assert_snapshot!(said("unknown-key", &GOOD.replace("source_topic", "sorce_topic")), @"
    error: `source_topic` is missing in a task
      --> workflow.yaml:10:5
       |
    10 |   - name: Filter
       |     ^^^^^^^^^^^^ it belongs to this one
       |
       = help: add `source_topic:`

    error: `sorce_topic` is not a key of a task
      --> workflow.yaml:14:5
       |
    14 |     sorce_topic: room.kelvin
       |     ^^^^^^^^^^^ unknown key
       |
       = help: did you mean `source_topic`?
    ");
    insta::assert_snapshot!(said("unknown-key", &GOOD.replace("    version: 1.0.0\n  - name", "    version: 1.0.0\n    schedule: daily\n    <<: *x\n  - name").replace("Thermo", "&x Thermo")), @"
    error: `schedule` is not a key of a task
      --> workflow.yaml:10:5
       |
    10 |     schedule: daily
       |     ^^^^^^^^ unknown key
       |
       = help: a task may have: address, code, component_name, dest_topic, instances, name, placement, source_topic, target, targets, type, version

    error: `<<` is not a key of a task
      --> workflow.yaml:11:5
       |
    11 |     <<: *x
       |     ^^ unknown key
       |
       = help: YAML 1.2 has no merge keys: write the keys out
    ");
    insta::assert_snapshot!(said("unknown-key", &GOOD.replace("type: processor_nats", "tpye: processor_nats")), @"
    error: `type` is missing in a task
      --> workflow.yaml:10:5
       |
    10 |   - name: Filter
       |     ^^^^^^^^^^^^ it belongs to this one
       |
       = help: add `type:`

    error: `tpye` is not a key of a task
      --> workflow.yaml:11:5
       |
    11 |     tpye: processor_nats
       |     ^^^^ unknown key
       |
       = help: did you mean `type`?
    ");
    insta::assert_snapshot!(said("unknown-template", &GOOD.replace("processor_nats", "procesor_nats")), @"
    error: there is no template `procesor_nats`
      --> workflow.yaml:11:11
       |
    11 |     type: procesor_nats
       |           ^^^^^^^^^^^^^ unknown type
       |
       = help: did you mean `processor_nats`?
    ");
    insta::assert_snapshot!(said("unknown-template", &GOOD.replace("processor_nats", "cron")), @"
    error: there is no template `cron`
      --> workflow.yaml:11:11
       |
    11 |     type: cron
       |           ^^^^ unknown type
       |
       = help: there are: http_producer_nats, nats_to_nats_kv, nats_to_sql, processor_nats
    ");
    insta::assert_snapshot!(said("type", &GOOD.replace("source_topic: room.kelvin", "source_topic: [room.kelvin]")), @"
    error: `source_topic` must be a single value
      --> workflow.yaml:14:19
       |
    14 |     source_topic: [room.kelvin]
       |                   ^^^^^^^^^^^^^ this is a list
       |
       = help: write it behind the key: `source_topic: sensors.*`
    ");
    insta::assert_snapshot!(said("missing-code", &GOOD.replace("code: b.go", "code: bb.go")), @"
    error: there is no file `tasks/bb.go`
      --> workflow.yaml:12:11
       |
    12 |     code: bb.go
       |           ^^^^^ this file is missing
       |
       = help: did you mean `b.go`?
    ");
}

#[test]
fn older_names_are_read_and_noted() {
    let old = GOOD
        .replace("http_producer_nats", "producer_nats")
        .replace("targets: [edge]", "target: edge")
        .replace("targets: [edge, cloud]", "target:\n      - edge\n      - cloud");
    insta::assert_snapshot!(said("alias", &old), @"
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

    note: `target` is an older name
      --> workflow.yaml:15:5
       |
    15 |     target: edge
       |     ^^^^^^ read as `targets: [edge]`
       |
       = help: write `targets: [edge]`
    ");
}
