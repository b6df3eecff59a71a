//! `pelato new`: what it writes passes `check`, compiles, and does what its cases say.

use std::fs;
use std::os::unix::fs::symlink;

use crate::command::Project;

const TEMPLATES: [&str; 4] = ["http_producer_nats", "nats_to_nats_kv", "nats_to_sql", "processor_nats"];

#[tokio::test]
async fn every_template_begins_with_a_project_that_runs() {
    let project = Project::of("acme/thermo");
    for template in TEMPLATES {
        let ended = project
            .pelato(&["new", template, "--template", template, "--json"])
            .await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        assert_eq!(ended.json()["template"], template);
        let ended = project.pelato(&["check", template]).await;
        assert_eq!((ended.code, ended.last()), (Some(0), "done: 1 task is right"));
    }
    // All at once: each compiles, and its cases pass.
    let ended = project.pelato(&["test", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let tested = ended.json();
    assert_eq!(tested["tasks"].as_array().unwrap().len(), TEMPLATES.len());
    assert!(tested["cases"].as_u64().unwrap() >= 8, "{tested}");
}

#[tokio::test]
async fn without_a_terminal_nothing_is_asked() {
    let project = Project::of("acme/thermo");
    let ended = project.pelato(&["new"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ended.said, @"
      .env.template
      .gitignore
      tasks/celsius_to_kelvin.go
      tasks/celsius_to_kelvin.test.yaml
      workflow.yaml
    done: 5 files. Next:
      pelato test    # runs its cases
      pelato dev     # runs it here, and rebuilds what you save
    ");
    insta::assert_snapshot!(fs::read_to_string(project.path().join("workflow.yaml")).unwrap(), @r#"
    project_name: thermo
    tasks:
      - name: Celsius to kelvin
        type: http_producer_nats
        code: celsius_to_kelvin.go
        component_name: celsius_to_kelvin
        version: 1.0.0
        targets: [edge]
        address: "0.0.0.0:8000"
        dest_topic: readings.kelvin
    "#);
    insta::assert_snapshot!(fs::read_to_string(project.path().join(".gitignore")).unwrap(), @"
    gen/
    .env
    ");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_written() {
    let project = Project::of("acme/thermo");
    let arguments = ["new", "a", "--task", "a b", "--target", "edge", "--set", "topic=x"];
    let ended = project.pelato(&arguments).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"
    error: `component_name` cannot be this
     --> workflow.yaml:6:21
      |
    6 |     component_name: a b
      |                     ^^^ a space cannot stand in it
      |
      = help: write `a_b`

    error: `topic` is not a key of a task
      --> workflow.yaml:11:5
       |
    11 |     topic: x
       |     ^^^^^ unknown key
       |
       = help: a task may have: address, code, component_name, dest_topic, instances, name, placement, source_topic, target, targets, type, version
    ");
    assert!(!project.path().join("a").exists());
    let ended = project.pelato(&["new", "a", "--template", "processor"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: there is no template `processor`; there are: http_producer_nats, nats_to_nats_kv, nats_to_sql, processor_nats");
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let project = Project::of("acme/thermo");
    project.write(".gitignore", "mine\n");
    project.write("tasks/celsius_to_kelvin.go", "mine");
    let ended = project.pelato(&["new"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: ./tasks/celsius_to_kelvin.go is there already: nothing was written; call the task something else with --task, or name another folder");
    assert!(!project.path().join("workflow.yaml").exists());
    let ended = project.pelato(&["new", "--task", "convert"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
      .env.template
      tasks/convert.go
      tasks/convert.test.yaml
      workflow.yaml
      .gitignore was there, and is as it was: it should have gen/ and .env in it
    done: 4 files. Next:
      pelato test    # runs its cases
      pelato dev     # runs it here, and rebuilds what you save
    ");
    let ended = project.pelato(&["new"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: . has a workflow.yaml already, which is left as it is: name another folder, or add a task to it (`pelato templates show NAME` prints one)");

    // Nor through a link.
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(project.path().join("linked")).unwrap();
    symlink(outside.path(), project.path().join("linked/tasks")).unwrap();
    symlink(outside.path().join("x"), project.path().join("linked/.gitignore")).unwrap();
    assert_eq!(project.pelato(&["new", "linked"]).await.code, Some(2));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

/// On a terminal, which `script` is to the program.
#[tokio::test]
async fn on_a_terminal_it_asks() {
    let project = Project::of("acme/thermo");
    let line = format!("{} new asked", env!("CARGO_BIN_EXE_pelato"));
    let mut command = tokio::process::Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(project.path());
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("`script`, which every Debian has");
    let mut stdin = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stdin, b"4\nHouse\nwarm\nedge\n\n\n")
        .await
        .unwrap();
    let output = tokio::time::timeout(std::time::Duration::from_secs(60), child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    drop(stdin);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("What does the task connect?"), "{said}");
    let workflow = fs::read_to_string(project.path().join("asked/workflow.yaml")).unwrap();
    assert!(workflow.starts_with("project_name: House\n"), "{workflow}");
    assert!(workflow.contains("component_name: warm\n"), "{workflow}");
    let ended = project.pelato(&["check", "asked"]).await;
    assert_eq!((ended.code, ended.last()), (Some(0), "done: 1 task is right"));
}
