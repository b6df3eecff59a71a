//! Builds in a real Docker engine, called as people call them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::query_parameters::ListContainersOptionsBuilder;
use rustix::process::{Pid, Signal, kill_process};

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;
use crate::tiny_task::docker::{Made, engine};

/// How many containers build this task.
async fn containers_of(component_name: &str) -> usize {
    let filter = HashMap::from([("label", vec![format!("pelato.task={component_name}")])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filter)
        .build();
    engine().await.list_containers(Some(options)).await.unwrap().len()
}

fn in_docker(repository: &str, registry: &RealRegistry) -> Project {
    Project::of(repository)
        .with("REGISTRY_URL", &registry.host)
        .with("PELATO_BUILDER", "docker")
}

#[tokio::test]
async fn two_projects_with_equal_names_are_built_at_once() {
    let registry = RealRegistry::open();
    let name = "cli_equal_names";
    let projects = ["acme/attic", "acme/cellar"].map(|repository| {
        let project = in_docker(repository, &registry);
        project.write(
            &format!("tasks/{name}.go"),
            &ECHO.replace("return arg", &format!("return {repository:?}")),
        );
        project.workflow(&[Task::processor(name, &["edge"])]);
        project
    });
    let [attic, cellar] = projects;
    let (one, other) = tokio::join!(attic.pelato(&["build", "--json"]), cellar.pelato(&["build", "--json"]));
    let references: Vec<String> = [&one, &other]
        .map(|ended| {
            assert_eq!(ended.code, Some(0), "{}", ended.said);
            ended.json()["tasks"][0]["reference"].as_str().unwrap().to_owned()
        })
        .into();
    assert_ne!(references[0], references[1]);
    // Pinned: both are there, whoever has the tag.
    for reference in references {
        let (repository, digest) = reference.rsplit_once('@').unwrap();
        assert!(repository.ends_with(&format!("/{name}:1.0.0")), "{repository}");
        let manifest = format!("http://{}/v2/{name}/manifests/{digest}", registry.host);
        let asking = reqwest::Client::new()
            .get(manifest)
            .header("accept", "application/vnd.oci.image.manifest.v1+json");
        assert_eq!(asking.send().await.unwrap().status(), 200);
    }
    assert_eq!(containers_of(name).await, 0);
    // Each finds its own again.
    let made = Made::from_now_on().await;
    for project in [attic, cellar] {
        let ended = project.pelato(&["build"]).await;
        assert_eq!(
            (ended.code, ended.last()),
            (Some(0), "done: nothing to do; 1 unchanged"),
            "{}",
            ended.said
        );
        assert!(
            !ended.said.contains("   build  "),
            "nothing is compiled: {}",
            ended.said
        );
    }
    let made = made.with("pelato.task", name).await;
    assert!(made.is_empty(), "no container starts: {made:?}");
}

#[tokio::test]
async fn a_task_is_published_while_the_next_is_compiled_in_the_same_container() {
    let registry = RealRegistry::open();
    let project = in_docker("acme/in-turn", &registry).with("PARALLEL_BUILD", "False");
    let names = ["cli_turn_a", "cli_turn_b", "cli_turn_c", "cli_turn_d"];
    for name in names {
        let code = ECHO.replace("return arg", &format!("return {name:?}"));
        project.write(&format!("tasks/{name}.go"), &code);
    }
    project.workflow(&names.map(|name| Task::processor(name, &["edge"])));
    let made = Made::from_now_on().await;
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let line = |stage: &str, name: &str| {
        let mut lines = ended.said.lines();
        lines.position(|line| line.trim_start().starts_with(stage) && line.contains(name))
    };
    let (published, built) = (line("publish", names[0]), line("build", names[3]));
    assert!(published.is_some() && published < built, "{}", ended.said);
    let made = made.with("pelato.task", &names.join(",")).await;
    assert_eq!(made.len(), 1, "{made:?}");
}

#[tokio::test]
async fn a_task_of_two_projects_is_built_once() {
    let registry = RealRegistry::open();
    let name = "cli_of_two";
    let project = in_docker("acme/two", &registry);
    for folder in ["attic", "cellar"] {
        project.write(&format!("{folder}/tasks/{name}.go"), ECHO);
        project.write(
            &format!("{folder}/workflow.yaml"),
            &format!(
                "project_name: Two\ntasks:\n  - {{ name: {name}, type: processor_nats, code: {name}.go, target: edge, \
                 source_topic: a, dest_topic: b, component_name: {name}, version: 1.0.0 }}\n"
            ),
        );
    }
    let ended = project.pelato(&["build", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let said = ended.json();
    let tasks = said["tasks"].as_array().unwrap();
    let built: Vec<_> = tasks.iter().map(|task| task["built"].as_bool().unwrap()).collect();
    assert_eq!(built, [true, false], "{}", ended.said);
    assert_eq!(tasks[0]["reference"], tasks[1]["reference"]);
}

/// Enough to keep the compiler busy for a while. Each of them is another text, or the
/// compiler would have it in its cache.
fn long_code(mark: &str) -> String {
    let functions: String = (0..20_000)
        .map(|n| format!("func f{n}(s string) string {{ return s + \"{mark}{n}\" }}\n"))
        .collect();
    let calls: String = (0..20_000).map(|n| format!("\targ = f{n}(arg)\n")).collect();
    format!("package main\n\n{functions}\nfunc exec_task(arg string) string {{\n{calls}\treturn arg\n}}\n")
}

#[tokio::test]
async fn ctrl_c_a_stop_and_a_closed_terminal_take_the_containers_away() {
    let registry = RealRegistry::open();
    for (signal, name) in [
        (Signal::INT, "cli_interrupted"),
        (Signal::TERM, "cli_terminated"),
        (Signal::HUP, "cli_hung_up"),
    ] {
        let project = in_docker("acme/interrupted", &registry);
        project.workflow(&[Task::processor(name, &["edge"])]);
        project.write(&format!("tasks/{name}.go"), &long_code(name));
        let child = project.start(&["build"]);
        let deadline = Instant::now() + Duration::from_secs(300);
        while containers_of(name).await == 0 {
            assert!(Instant::now() < deadline, "no container was started");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let id = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
        kill_process(id, signal).unwrap();
        let ended = project.ended(child).await;
        assert_eq!(containers_of(name).await, 0, "{signal:?}");
        assert_eq!(ended.code, Some(130), "{signal:?}: {}", ended.said);
        assert_eq!(ended.last(), "interrupted; nothing was left running");
        assert!(project.left_behind().is_empty(), "{signal:?}");
    }
}

#[tokio::test]
async fn a_failed_brush_leaves_no_container_and_no_gen() {
    let registry = RealRegistry::open();
    let name = "cli_mistaken";
    let project = in_docker("acme/mistaken", &registry);
    project.workflow(&[Task::processor(name, &["edge"])]);
    project.write(
        &format!("tasks/{name}.go"),
        "package main\n\nfunc exec_task(arg string) string {\n\treturn args\n}\n",
    );
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended.said.contains("tasks/cli_mistaken.go:4:9: undefined: args"),
        "{}",
        ended.said
    );
    assert_eq!(containers_of(name).await, 0);
    assert!(project.left_behind().is_empty());
    assert_eq!(project.generated(), None);

    // And where what was built cannot be taken anywhere.
    project.write(&format!("tasks/{name}.go"), ECHO);
    drop(registry);
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert_eq!(containers_of(name).await, 0);
    assert!(project.left_behind().is_empty());
    assert_eq!(project.generated(), None);
}
