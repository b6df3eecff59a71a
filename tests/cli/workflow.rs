//! Mistakes in `workflow.yaml`: shown with line and fix, before anything is done.

use crate::command::{ECHO, Project, Task};

/// Every command refuses the same way: exit code 2, no `gen/`, and a document for
/// programs that say so.
async fn refused(project: &Project) -> String {
    let brush = project.pelato(&["brush", "--json"]).await;
    assert_eq!(brush.code, Some(2));
    assert_eq!(brush.json()["success"], false);
    for command in ["check", "gen", "build", "deploy", "remove"] {
        let ended = project.pelato(&[command]).await;
        assert_eq!(
            (ended.code, ended.said.as_str(), ended.stdout.as_str()),
            (Some(2), brush.said.as_str(), ""),
            "{command}"
        );
    }
    assert_eq!(project.generated(), None);
    assert!(project.left_behind().is_empty());
    brush.said
}

#[tokio::test]
async fn two_tasks_of_one_component_name() {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", ECHO);
    let task = Task {
        code: "convert.go".into(),
        ..Task::processor("convert", &["edge"])
    };
    project.workflow(&[task.clone(), task]);
    insta::assert_snapshot!(refused(&project).await, @"
    error: two tasks have the component_name `convert`
      --> workflow.yaml:17:21
       |
    17 |     component_name: convert
       |                     ^^^^^^^ the second one
       |
      ::: workflow.yaml:9:21
       |
     9 |     component_name: convert
       |                     ------- the first one
       |
       = help: give each task a name of its own
    ");
}

#[tokio::test]
async fn a_type_that_nobody_knows() {
    let project = Project::of("acme/thermo");
    project.write("tasks/convert.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge"])]);
    let text = std::fs::read_to_string(project.path().join("workflow.yaml")).unwrap();
    project.write("workflow.yaml", &text.replace("processor_nats", "procesor_nats"));
    insta::assert_snapshot!(refused(&project).await, @"
    error: there is no template `procesor_nats`
     --> workflow.yaml:4:11
      |
    4 |     type: procesor_nats
      |           ^^^^^^^^^^^^^ unknown type
      |
      = help: did you mean `processor_nats`?
    ");
}

#[tokio::test]
async fn a_code_file_that_is_not_there() {
    let project = Project::of("acme/thermo");
    project.write("tasks/convrt.go", ECHO);
    project.workflow(&[Task::processor("convert", &["edge"])]);
    insta::assert_snapshot!(refused(&project).await, @"
    error: there is no file `tasks/convert.go`
     --> workflow.yaml:5:11
      |
    5 |     code: convert.go
      |           ^^^^^^^^^^ this file is missing
      |
      = help: did you mean `convrt.go`?
    ");
}

#[tokio::test]
async fn no_workflow_at_all() {
    let project = Project::of("acme/thermo");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: there is no workflow.yaml in [THERMO] or below it; name the folder of a project after the command");
}

#[tokio::test]
async fn a_command_that_is_none() {
    let project = Project::of("acme/thermo");
    let ended = project.pelato(&["brsh"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"
    error: unrecognized subcommand 'brsh'

      tip: a similar subcommand exists: 'brush'

    Usage: pelato <COMMAND>

    For more information, try '--help'.
    ");
}

#[tokio::test]
async fn two_projects_of_one_repository_that_want_one_application() {
    let project = Project::of("acme/thermo").with("REGISTRY_URL", "127.0.0.1:1");
    for folder in ["attic", "cellar"] {
        project.write(&format!("{folder}/tasks/convert.go"), ECHO);
        project.workflow(&[Task::processor("convert", &["edge"])]);
        let from = project.path().join("workflow.yaml");
        std::fs::rename(from, project.path().join(folder).join("workflow.yaml")).unwrap();
    }
    for command in ["deploy", "brush"] {
        let ended = project.pelato(&[command]).await;
        assert_eq!(ended.code, Some(2), "{command}");
        assert!(
            ended.last().starts_with("error: the projects attic and cellar"),
            "{}",
            ended.said
        );
    }
    insta::assert_snapshot!(project.pelato(&["deploy"]).await.said, @"error: the projects attic and cellar both have a task `convert`, and one lattice has room for one of that name: rename one of them, or deploy the projects to different lattices");
    // Each for itself is right.
    assert_eq!(project.pelato(&["check"]).await.code, Some(0));
}
