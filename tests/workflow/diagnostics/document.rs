//! What is said of documents that are no workflow, whatever stands in them.

use crate::said;

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
    insta::assert_snapshot!(said("encoding", b"project_name: caff\xe8\ntasks:\n"), @"
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
fn more_than_anybody_reads() {
    let keys: Vec<String> = (0..6_000).map(|at| format!("key{at}: x\n")).collect();
    insta::assert_snapshot!(said("more", keys.concat()).rsplit("\n\n").next().unwrap(), @"
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
fn aliases_that_repeat_too_much() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(60_000), "*a, ".repeat(140));
    insta::assert_snapshot!(said("too-large", text), @"
    error: aliases repeat too much text
     --> workflow.yaml:2:561
      |
    2 | ... *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, ]
      |                                                     ^^ at most 8388608 bytes in all
      |
      = help: write less, or less often
    ");
}

#[test]
fn a_document_of_too_many_bytes() {
    insta::assert_snapshot!(said("too-large", "# ".repeat(5 << 20)), @"
    error: workflow.yaml has 10485760 bytes
     --> workflow.yaml:1:1
      |
    1 |  
      | ^ at most 8388608 are read
      |
      = help: split the project into several, each in a folder of its own
    ");
}
