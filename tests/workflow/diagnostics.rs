//! The exact text of each thing that can be said of a workflow.

use pelato::document::RULES;

use super::{GOOD, found, said};

/// Rules of other documents: `runner.yaml`, whose room has their tests, cases, which
/// `src/testing` has, Go, which
/// `src/workflow/code` has, and templates, which `src/generate` has.
const ELSEWHERE: [&str; 23] = [
    "block",
    "call",
    "cases",
    "duplicate-name",
    "escape",
    "go-build",
    "go-function",
    "go-import",
    "go-main",
    "go-mod",
    "go-name",
    "go-package",
    "manifest",
    "missing-file",
    "no-go",
    "not-go",
    "not-yet",
    "raw",
    "secret",
    "template",
    "two-keys",
    "unknown-environment",
    "unknown-name",
];

#[test]
fn every_rule_has_a_text_here() {
    let tests = include_str!("diagnostics.rs");
    for rule in RULES {
        let shown = tests.contains(&format!("said(\"{}\"", rule.name))
            || tests.contains(&format!("said(\n        \"{}\"", rule.name));
        assert!(
            shown != ELSEWHERE.contains(&rule.name),
            "`{}`: write a test with said(\"{}\", …) here",
            rule.name,
            rule.name
        );
    }
}

#[test]
fn a_right_workflow_is_left_in_peace() {
    assert_eq!(found(GOOD.as_bytes()).render(false), "");
}

#[test]
fn documents_that_are_none() {
    insta::assert_snapshot!(said("empty", "# nothing yet\n"), @"
    error: the workflow is empty
     --> workflow.yaml:1:1
      |
    1 | # nothing yet
      | ^ nothing is here
      |
      = help: begin with `project_name:` and `tasks:`; `pelato templates` lists what a task can be
    ");
    insta::assert_snapshot!(said("syntax", "project_name: [a\ntasks: b\n"), @"
    error: this is not YAML: illegal placement of ':' indicator
     --> workflow.yaml:2:6
      |
    2 | tasks: b
      |      ^ here
      |
      = help: look at quotes, brackets and indentation from here upwards; a text with `: ` or ` #` in it belongs into quotes
    ");
    insta::assert_snapshot!(said("syntax", "project_name: x\ntasks:\n\t- name: y\n"), @"
    error: this is not YAML: tabs disallowed within this context (block indentation)
     --> workflow.yaml:3:2
      |
    3 |     - name: y
      |     ^ here
      |
      = help: indent with spaces: YAML takes no tabs for that
    ");
    insta::assert_snapshot!(said("syntax", "project_name: *name\n"), @"
    error: this is not YAML: while parsing node, found unknown anchor
     --> workflow.yaml:1:15
      |
    1 | project_name: *name
      |               ^ here
      |
      = help: `*name` stands for the value that `&name` was written before, further up; in quotes it is a text
    ");
    insta::assert_snapshot!(said("documents", "a: b\n---\nc: d\n"), @"
    error: there is more than one document here
     --> workflow.yaml:2:1
      |
    2 | ---
      | ^^^ the second one begins here
      |
      = help: remove the `---`, or use a file for each
    ");
    insta::assert_snapshot!(said("recursive-alias", "a: &a [*a]\n"), @"
    error: an alias refers to itself
     --> workflow.yaml:1:8
      |
    1 | a: &a [*a]
      |        ^^ this value is not complete yet
      |
      = help: write the value out
    ");
    insta::assert_snapshot!(said("too-deep", &format!("a: {}\n", "[".repeat(40))), @"
    error: values within values go too deep
     --> workflow.yaml:1:35
      |
    1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
      |                                   ^ at most 32 levels are read
      |
      = help: write it flat: a workflow has three levels
    ");
    insta::assert_snapshot!(said("too-large", &format!("project_name: {}\n", "x".repeat(100_000))), @"
    error: a value has 100000 bytes
     --> workflow.yaml:1:15
      |
    1 | project_name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
      |               ^ it begins here; at most 65536 are read
      |
      = help: data belongs into a file of its own
    ");
    insta::assert_snapshot!(said("too-many", &format!("a: [{}]\n", "1,".repeat(600_000))), @"
    error: the document has too many values
     --> workflow.yaml:1:1000003
      |
    1 | ...1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,...
      |                                      ^ at most 500000 are read, those that aliases repeat included
      |
      = help: split the project into several, each in a folder of its own
    ");
    let encoding = found(b"project_name: caff\xe8\ntasks:\n").render(false);
    insta::assert_snapshot!(encoding, @"
    error: this is not UTF-8 text
     --> workflow.yaml:1:19
      |
    1 | project_name: caff�
      |                   ^ from here on
      |
      = help: save the file as UTF-8
    ");
}

#[test]
fn said_of_bytes() {
    // Counts as the text of its rule: a test of bytes has no text to begin with.
    let rule = found(b"project_name: caff\xe8").items[0].rule;
    let said = |name: &str, rule: &str| assert_eq!(name, rule);
    said("encoding", rule);
}

#[test]
fn more_than_anybody_reads() {
    let keys: Vec<String> = (0..6_000).map(|at| format!("key{at}: x\n")).collect();
    let all = said("more", &keys.concat());
    insta::assert_snapshot!(all.rsplit("\n\n").next().unwrap(), @"
    error: 1002 more findings are not shown
        --> workflow.yaml:4999:1
         |
    4999 | key4998: x
         | ^^^^^^^ the first of them is here
         |
         = help: mend those that are shown, and look again
    ");
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

#[test]
fn values_that_are_refused() {
    let with = |from: &str, to: &str| said("value", &GOOD.replace(from, to));
    insta::assert_snapshot!(with("Thermo", "\"a\\tb\""), @r#"
    error: `project_name` cannot be this
     --> workflow.yaml:1:15
      |
    1 | project_name: "a\tb"
      |               ^^^^^^ U+0009 cannot stand in it
      |
      = help: write `ab`
    "#);
    insta::assert_snapshot!(with("component_name: filter", "component_name: warm filter"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: warm filter
       |                     ^^^^^^^^^^^ a space cannot stand in it
       |
       = help: write `warm_filter`
    ");
    insta::assert_snapshot!(with("component_name: filter", "component_name: a___b"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: a___b
       |                     ^^^^^ a registry refuses `___` in a name
       |
       = help: write `a_b`
    ");
    insta::assert_snapshot!(with("component_name: filter", "component_name: -filter-"), @"
    error: `component_name` cannot be this
      --> workflow.yaml:16:21
       |
    16 |     component_name: -filter-
       |                     ^^^^^^^^ it must begin and end with a letter or a digit
       |
       = help: write `filter`
    ");
    insta::assert_snapshot!(with("    version: 1.0.0\n  - name", "    version: v1.0\n  - name"), @"
    error: `version` cannot be this
     --> workflow.yaml:9:14
      |
    9 |     version: v1.0
      |              ^^^^ a version is three numbers, `1.0.0`
      |
      = help: write `1.0.0`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room kelvin"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room kelvin
       |                   ^^^^^^^^^^^ a space cannot stand in a subject
       |
       = help: write `room_kelvin`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room.>.x"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room.>.x
       |                   ^^^^^^^^ `>` only stands at the end
       |
       = help: write `room.*.x`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: room..k*"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: room..k*
       |                   ^^^^^^^^ there is nothing between two dots, or at an end
       |
       = help: write `room.k`
    ");
    insta::assert_snapshot!(with("source_topic: room.kelvin", "source_topic: $SYS.x"), @"
    error: `source_topic` cannot be this
      --> workflow.yaml:14:19
       |
    14 |     source_topic: $SYS.x
       |                   ^^^^^^ NATS keeps such subjects for itself
       |
       = help: write `SYS.x`
    ");
    insta::assert_snapshot!(with("dest_topic: room.warm", "dest_topic: room.*"), @"
    error: `dest_topic` cannot be this
      --> workflow.yaml:15:17
       |
    15 |     dest_topic: room.*
       |                 ^^^^^^ `*` only stands where a task listens
       |
       = help: for example `living_room.kelvin`
    ");
    insta::assert_snapshot!(with("code: b.go", "code: ../b.go"), @"
    error: `code` cannot be this
      --> workflow.yaml:12:11
       |
    12 |     code: ../b.go
       |           ^^^^^^^ it must stay below `tasks/`: no `..`, no `.`, no empty part
       |
       = help: write `b.go`
    ");
    insta::assert_snapshot!(with("dest_topic: room.kelvin", "dest_topic: room.kelvin\n    address: localhost:8000"), @"
    error: `address` cannot be this
     --> workflow.yaml:8:14
      |
    8 |     address: localhost:8000
      |              ^^^^^^^^^^^^^^ an address is `ip:port`, `0.0.0.0:8000`
      |
      = help: write `127.0.0.1:8000`
    ");
    insta::assert_snapshot!(with("dest_topic: room.kelvin", "dest_topic: room.kelvin\n    address: { edge: 8000, clod: 0.0.0.0:1 }"), @"
    error: `address` says nothing of the target `cloud`
     --> workflow.yaml:8:14
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it has an entry for each target
      |
      = help: add `cloud: ip:port`

    error: `address` cannot be this
     --> workflow.yaml:8:22
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |                      ^^^^ an address is `ip:port`, `0.0.0.0:8000`
      |
      = help: write `0.0.0.0:8000`

    error: `clod` is none of this task's targets
     --> workflow.yaml:8:28
      |
    8 |     address: { edge: 8000, clod: 0.0.0.0:1 }
      |                            ^^^^ unknown target
      |
      = help: it runs on: edge, cloud
    ");
}

#[test]
fn targets() {
    insta::assert_snapshot!(said("type", &GOOD.replace("targets: [edge]", "targets: edge")), @"
    error: `targets` must be a list of host labels
      --> workflow.yaml:13:14
       |
    13 |     targets: edge
       |              ^^^^ this is a single value
       |
       = help: write `targets: [edge]`
    ");
    insta::assert_snapshot!(said("type", &GOOD.replace("targets: [edge]", "targets: []")), @"
    error: `targets` must be a list of host labels
      --> workflow.yaml:13:14
       |
    13 |     targets: []
       |              ^^ this is an empty list
       |
       = help: write `targets: [edge]`
    ");
    insta::assert_snapshot!(said("type", &GOOD.replace("targets: [edge]", "target: []")), @"
    error: a target is a host label
      --> workflow.yaml:13:13
       |
    13 |     target: []
       |             ^^ this is a list
       |
       = help: write `targets: [edge, cloud]`
    ");
    insta::assert_snapshot!(said("type", &GOOD.replace("targets: [edge]", "targets: [[edge], my host]")), @"
    error: a target is a host label
      --> workflow.yaml:13:15
       |
    13 |     targets: [[edge], my host]
       |               ^^^^^^ this is a list
       |
       = help: write `targets: [edge, cloud]`, each a single word

    error: a target cannot be this
      --> workflow.yaml:13:23
       |
    13 |     targets: [[edge], my host]
       |                       ^^^^^^^ a space cannot stand in it
       |
       = help: write `my_host`
    ");
    insta::assert_snapshot!(said("duplicate-target", &GOOD.replace("targets: [edge]", "targets: [far-edge, Far_Edge]")), @"
    error: the target `Far_Edge` is given twice
      --> workflow.yaml:13:25
       |
    13 |     targets: [far-edge, Far_Edge]
       |               --------  ^^^^^^^^ the second one
       |               |
       |               the first one
       |
       = help: remove one of them
    ");
    insta::assert_snapshot!(said("duplicate-key", &GOOD.replace("targets: [edge]", "targets: [edge]\n    target: cloud")), @"
    error: both `targets` and `target` are given
      --> workflow.yaml:14:5
       |
    14 |     target: cloud
       |     ^^^^^^ the second one
       |
      ::: workflow.yaml:13:5
       |
    13 |     targets: [edge]
       |     ------- the first one
       |
       = help: keep `targets`
    ");
    insta::assert_snapshot!(said("missing-key", &GOOD.replace("    targets: [edge]\n", "")), @"
    error: `targets` is missing in a task
      --> workflow.yaml:10:5
       |
    10 |   - name: Filter
       |     ^^^^^^^^^^^^ it belongs to this one
       |
       = help: add `targets:`
    ");
}

#[test]
fn tasks_that_meet() {
    insta::assert_snapshot!(said("duplicate-component", &GOOD.replace("component_name: filter", "component_name: convert")), @"
    error: two tasks have the component_name `convert`
      --> workflow.yaml:16:21
       |
    16 |     component_name: convert
       |                     ^^^^^^^ the second one
       |
      ::: workflow.yaml:8:21
       |
     8 |     component_name: convert
       |                     ------- the first one
       |
       = help: give each task a name of its own
    ");
    // Also where one of them is wrong in something else.
    let wrong = GOOD
        .replace("component_name: filter", "component_name: Convert")
        .replace("[edge]", "[]");
    insta::assert_snapshot!(said("duplicate-component", &wrong), @"
    error: `targets` must be a list of host labels
      --> workflow.yaml:13:14
       |
    13 |     targets: []
       |              ^^ this is an empty list
       |
       = help: write `targets: [edge]`

    error: `Convert` and `convert` are one name to wasmCloud
      --> workflow.yaml:16:21
       |
    16 |     component_name: Convert
       |                     ^^^^^^^ the second one
       |
      ::: workflow.yaml:8:21
       |
     8 |     component_name: convert
       |                     ------- the first one
       |
       = help: it sees no difference in case, nor between `-` and `_`: rename one of them
    ");
    let one = GOOD
        .replace("component_name: convert", "component_name: a")
        .replace("component_name: filter", "component_name: a-edge")
        .replace("[edge, cloud]", "[edge-far]")
        .replace("[edge]", "[far]");
    insta::assert_snapshot!(said("duplicate-application", &one), @"
    error: `a-edge` on `far` and `a` on one of its targets would be one application
      --> workflow.yaml:13:14
       |
    13 |     targets: [far]
       |              ^^^^^ an application is named `<component_name>-<target>`
       |
      ::: workflow.yaml:6:14
       |
     6 |     targets: [edge-far]
       |              ---------- the targets of `a`
       |
       = help: rename one of the two tasks
    ");
}

/// Two HTTP tasks on `edge`, at these addresses.
fn listening(one: &str, other: &str) -> String {
    GOOD.replace("type: processor_nats", "type: http_producer_nats")
        .replace(
            "dest_topic: room.kelvin",
            &format!("dest_topic: room.kelvin\n    address: {one}"),
        )
        .replace(
            "dest_topic: room.warm",
            &format!("dest_topic: room.warm\n    address: {other}"),
        )
}

#[test]
fn two_tasks_on_one_address() {
    insta::assert_snapshot!(said("address-taken", &listening("0.0.0.0:8000", "127.0.0.1:8000")), @"
    error: `filter` and `convert` would both listen on port 8000 of `edge`
      --> workflow.yaml:17:14
       |
    17 |     address: 127.0.0.1:8000
       |              ^^^^^^^^^^^^^^ `127.0.0.1:8000`
       |
      ::: workflow.yaml:8:14
       |
     8 |     address: 0.0.0.0:8000
       |              ------------ `0.0.0.0:8000`
       |
       = help: give each HTTP task a port of its own with `address: 0.0.0.0:<port>`
    ");
    insta::assert_snapshot!(said("address-taken", &GOOD.replace("type: processor_nats", "type: http_producer_nats")), @"
    error: `filter` and `convert` would both listen on port 8000 of `edge`
      --> workflow.yaml:10:5
       |
    10 |   - name: Filter
       |     ^^^^^^^^^^^^ `0.0.0.0:8000`
       |
      ::: workflow.yaml:3:5
       |
     3 |   - name: Convert
       |     ------------- `0.0.0.0:8000`
       |
       = help: give each HTTP task a port of its own with `address: 0.0.0.0:<port>`
    ");
    for (one, other) in [
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("'[::]:80'", "10.0.0.1:80"),
        ("'[::1]:80'", "'[::]:80'"),
        ("'[::ffff:10.0.0.1]:80'", "10.0.0.1:80"),
        ("{ edge: 0.0.0.0:1, cloud: 0.0.0.0:2 }", "0.0.0.0:1"),
    ] {
        said("address-taken", &listening(one, other));
    }
    for (one, other) in [
        ("10.0.0.1:80", "10.0.0.2:80"),
        ("0.0.0.0:80", "0.0.0.0:81"),
        ("0.0.0.0:80", "'[::1]:80'"),
        ("{ edge: 0.0.0.0:1, cloud: 0.0.0.0:2 }", "0.0.0.0:2"),
    ] {
        assert_eq!(
            found(listening(one, other).as_bytes()).render(false),
            "",
            "{one} {other}"
        );
    }
}

#[test]
fn the_flow_of_topics() {
    insta::assert_snapshot!(said("cycle", &GOOD.replace("dest_topic: room.kelvin", "dest_topic: room.kelvin\n    source_topic: room.*")), @"
    warning: messages go round in a circle: `convert` → `convert`
     --> workflow.yaml:7:17
      |
    7 |     dest_topic: room.kelvin
      |                 ^^^^^^^^^^^ `convert` listens on this
      |
      = help: let it publish to another subject; where it is meant, let one of them return an empty result at some time, which ends it
    ");
    insta::assert_snapshot!(said("dangling-topic", &GOOD.replace("source_topic: room.kelvin", "source_topic: room.kelvn")), @"
    warning: nobody in this workflow listens on `room.kelvin`, and nobody publishes to `room.kelvn`
      --> workflow.yaml:7:17
       |
     7 |     dest_topic: room.kelvin
       |                 ^^^^^^^^^^^ `convert` → … `filter`?
       |
      ::: workflow.yaml:14:19
       |
    14 |     source_topic: room.kelvn
       |                   ---------- `filter` waits for this
       |
       = help: did you mean `room.kelvn`?
    ");
}
