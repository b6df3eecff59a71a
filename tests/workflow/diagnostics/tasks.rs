//! What is said of tasks that meet: on a target, at an address, over a subject.

use crate::{GOOD, found, said};

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
