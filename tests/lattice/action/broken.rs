//! A task that does not compile, and one whose cases fail.

use super::runner::{Runner, WORKFLOW, commit, example};

/// Of a project that is not at the top of the repository.
const BUILD: &str = "\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: pelato-project/pelato/action@v0.1.0
        with:
          command: COMMAND
          project: rooms
          registry: REGISTRY
          cache: false
          binary: BINARY
";

#[tokio::test]
async fn a_broken_task_fails_the_job_and_its_line_is_annotated() {
    let lattice = lattice_harness::Lattice::shared().await.unwrap();
    let runner = Runner::new().with_an_older_cache().with_that_cache();
    let repository = example("");
    repository.git(&["rm", "-q", "-r", "workflow.yaml", "tasks"]);
    repository.write("rooms/workflow.yaml", ROOMS);
    repository.write(
        "rooms/tasks/kitchen.go",
        "package main\n\nfunc exec_task(arg string) string {\n\treturn warm(arg)\n}\n",
    );
    repository.write(
        "rooms/tasks/attic.go",
        "package main\n\nimport \"fmt\"\n\nfunc exec_task(arg string) string {\n\tfmt.Println(\"::error file=other.go,line=1::not an error\")\n\treturn arg\n}\n",
    );
    repository.write(
        "rooms/tasks/attic.test.yaml",
        "- input: a\n  expect: a\n\n- name: loud\n  input: a\n  expect: \"A\"\n",
    );
    let build = |command: &str| {
        let workflow = BUILD
            .replace("BINARY", env!("CARGO_BIN_EXE_pelato"))
            .replace("REGISTRY", &format!("{}/broken", lattice.registry()))
            .replace("COMMAND", command);
        repository.write(WORKFLOW, &workflow);
        commit(&repository);
        runner.run(&repository, "push", &[])
    };

    let ran = build("build");
    assert!(!ran.success);
    let mut annotations = ran.annotations();
    annotations.sort_unstable();
    insta::assert_snapshot!(annotations.join("\n"), @"
    ::error file=rooms/tasks/attic.test.yaml,line=4,title=attic::loud: expected `A`, found `a`%0A| ::error file=other.go,line=1::not an error
    ::error file=rooms/tasks/kitchen.go,line=4,col=9,title=kitchen::undefined: warm
    ");
    assert!(ran.log.contains("### ❌ Pelato: failed: "));

    // What the task prints is no command of the runner's, in the log neither.
    let ran = build("test");
    assert!(!ran.success);
    insta::assert_snapshot!(ran.annotations().join("\n"), @"::error file=rooms/tasks/attic.test.yaml,line=4,title=attic::loud: expected `A`, found `a`%0A| ::error file=other.go,line=1::not an error");

    repository.edit("rooms/workflow.yaml", "type: processor_nats", "type: procesor_nats");
    let ran = build("check");
    assert!(!ran.success);
    insta::assert_snapshot!(ran.annotations().join("\n"), @"
    ::error file=rooms/workflow.yaml,line=4,endLine=4,col=11,endColumn=24,title=unknown-template::there is no template `procesor_nats`: unknown type%0Ahelp: did you mean `processor_nats`?
    ::error file=rooms/workflow.yaml,line=12,endLine=12,col=11,endColumn=24,title=unknown-template::there is no template `procesor_nats`: unknown type%0Ahelp: did you mean `processor_nats`?
    ");
}

#[test]
fn a_pull_request_is_tested_by_the_example_and_a_failing_case_is_annotated() {
    let runner = Runner::new().with_an_older_cache();
    let repository = example("");
    repository.write(
        "tasks/filter.test.yaml",
        "- name: cold\n  input: { kelvin: 1 }\n  expect: cold\n",
    );
    commit(&repository);
    let ran = runner.run(&repository, "pull_request", &[]);
    assert!(!ran.success);
    insta::assert_snapshot!(ran.annotations().join("\n"), @"::error file=tasks/filter.test.yaml,line=1,title=kelvin_filter::cold: the function returned nothing, so nothing is published");
    assert!(ran.log.contains("### ❌ Pelato: 0 of 1 case passed"));

    repository.write(
        "tasks/filter.test.yaml",
        "- name: cold\n  input: { kelvin: 1 }\n  expect_nothing: true\n",
    );
    commit(&repository);
    let ran = runner.run(&repository, "pull_request", &[]);
    assert!(ran.success);
    assert!(ran.log.contains("### ✅ Pelato: 1 of 1 case passed"));
    assert!(
        ran.log
            .contains("| `kelvin_filter` | `tasks/filter.test.yaml` | 1 of 1 |")
    );
}

const ROOMS: &str = "\
project_name: Rooms
tasks:
  - name: Kitchen
    type: processor_nats
    code: kitchen.go
    targets: [edge]
    source_topic: rooms.kitchen
    dest_topic: rooms.all
    component_name: kitchen
    version: 1.0.0
  - name: Attic
    type: processor_nats
    code: attic.go
    targets: [edge]
    source_topic: rooms.attic
    dest_topic: rooms.all
    component_name: attic
    version: 1.0.0
";
