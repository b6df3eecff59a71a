//! What is said of `instances` and `placement`.

use crate::{GOOD, said};

/// The right workflow with a line more: in its first task, which has two targets, or in
/// its second, which has one.
fn with(task: usize, line: &str) -> String {
    let before = ["component_name: convert\n", "component_name: filter\n"][task];
    GOOD.replace(before, &format!("{before}    {line}\n"))
}

#[test]
fn instances_are_a_number_within_bounds() {
    for right in ["instances: 1", "instances: 1000", "instances: '7'"] {
        assert_eq!(crate::found(with(0, right).as_bytes()).render(false), "", "{right}");
    }
    insta::assert_snapshot!(said("value", with(0, "instances: many")), @"
    error: `instances` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     instances: many
      |                ^^^^ this is no number
      |
      = help: for example `100`
    ");
    insta::assert_snapshot!(said("value", with(0, "instances: 0")), @"
    error: `instances` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     instances: 0
      |                ^ it is a number from 1 to 1000
      |
      = help: for example `100`
    ");
    insta::assert_snapshot!(said("value", with(0, "instances: 1001")), @"
    error: `instances` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     instances: 1001
      |                ^^^^ it is a number from 1 to 1000
      |
      = help: for example `100`
    ");
    insta::assert_snapshot!(said("value", with(0, "instances: +5")), @"
    error: `instances` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     instances: +5
      |                ^^ this is no number
      |
      = help: for example `100`
    ");
    insta::assert_snapshot!(said("type", with(0, "instances: [5]")), @"
    error: `instances` must be a single value
     --> workflow.yaml:9:16
      |
    9 |     instances: [5]
      |                ^^^ this is a list
      |
      = help: write it behind `instances:`, on the same line
    ");
}

#[test]
fn placement_is_a_word_and_needs_two_targets() {
    for (task, right) in [(0, "placement: prefer"), (0, "placement: all"), (1, "placement: all")] {
        assert_eq!(crate::found(with(task, right).as_bytes()).render(false), "", "{right}");
    }
    insta::assert_snapshot!(said("value", with(0, "placement: first")), @"
    error: `placement` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     placement: first
      |                ^^^^^ it is all or prefer
      |
      = help: for example `prefer`
    ");
    insta::assert_snapshot!(said("value", with(0, "placement: ' Prefer'")), @"
    error: `placement` cannot be this
     --> workflow.yaml:9:16
      |
    9 |     placement: ' Prefer'
      |                ^^^^^^^^^ it is all or prefer
      |
      = help: write `prefer`
    ");
    insta::assert_snapshot!(said("placement", with(1, "placement: prefer")), @"
    error: `placement: prefer` needs a second target
      --> workflow.yaml:17:16
       |
    17 |     placement: prefer
       |                ^^^^^^ there is none to stand in reserve
       |
       = help: add another label to `targets`, or remove this line
    ");
}
