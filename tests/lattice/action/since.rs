//! The plan of a commit, in a repository with several projects: no lattice is asked.

use super::runner::{Runner, WORKFLOW, commit, example};

const TASK: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

#[test]
fn a_commit_is_planned_against_the_one_before() {
    let runner = Runner::new();
    let repository = example("");
    for project in ["attic", "cellar"] {
        let task = "type: processor_nats, code: echo.go, targets: [edge], version: 1.0.0";
        repository.write(
            &format!("rooms/{project}/workflow.yaml"),
            &format!(
                "project_name: {project}\ntasks:\n  - {{ name: {project}, {task}, component_name: {project}_echo, \
                 source_topic: {project}.in, dest_topic: {project}.out }}\n"
            ),
        );
        repository.write(&format!("rooms/{project}/tasks/echo.go"), TASK);
    }
    let workflow = format!(
        "on: push
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - id: pelato
        uses: pelato-project/pelato/action@v0.1.0
        with:
          command: plan
          project: rooms
          since: HEAD~1
          binary: {}
      - env:
          AFFECTED: ${{{{ steps.pelato.outputs.affected }}}}
        run: printf '%s' \"$AFFECTED\" > \"$OUT/affected\"
      - if: contains(fromJSON(steps.pelato.outputs.affected), 'rooms/cellar/cellar_echo')
        run: touch \"$OUT/cellar\"
",
        env!("CARGO_BIN_EXE_pelato")
    );
    repository.write(WORKFLOW, &workflow);
    commit(&repository);
    repository.write(
        "rooms/cellar/tasks/echo.go",
        &TASK.replace("return arg", "return arg + arg"),
    );
    commit(&repository);

    let ran = runner.run(&repository, "push", &[]);
    assert!(ran.success);
    assert_eq!(runner.out("affected"), r#"["rooms/cellar/cellar_echo"]"#);
    assert!(runner.all_out().contains(&"cellar".to_owned()));
    assert!(ran.log.contains("### ✅ Pelato: 1 of 2 tasks affected"));
    assert!(
        ran.log
            .contains("| `rooms/cellar/cellar_echo` | changed | build, deploy | `edge` | code echo.go changed |")
    );
    assert!(
        ran.log
            .contains("| `rooms/attic/attic_echo` | unchanged |  | `edge` |  |")
    );
}
