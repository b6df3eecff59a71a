//! A repository of several projects: what did not change is not even read, and nothing
//! that has to be done is left undone.

use pelato::generate::Owner;
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

use crate::push::repository::Repository;
use crate::push::runner::Runner;
use crate::push::{NAME, Stage};

const PROJECTS: [&str; 4] = ["plain", "tools/one", "tools/two", "zoo"];

fn code(word: &str) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \"{word}\" }}\n")
}

fn workflow(name: &str) -> String {
    workflow_of(&[name])
}

fn workflow_of(names: &[&str]) -> String {
    let task = |name: &&str| {
        format!(
            "  - name: {name}\n    type: processor_nats\n    code: task.go\n    target: edge\n    \
             source_topic: {name}.in\n    dest_topic: {name}.out\n    component_name: {name}\n    version: 1.0.0\n"
        )
    };
    let tasks: String = names.iter().map(task).collect();
    format!("project_name: {}\ntasks:\n{tasks}", names[0])
}

fn component(project: &str) -> String {
    project.replace('/', "_")
}

async fn four_projects() -> Stage {
    let repository = Repository::empty(0);
    for project in PROJECTS {
        repository.write(&format!("{project}/workflow.yaml"), &workflow(&component(project)));
        repository.write(&format!("{project}/tasks/task.go"), &code(project));
    }
    Stage::of(repository).await
}

/// What the newest run said of the projects.
async fn said(runner: &Runner) -> String {
    let get = |path: String| async move { reqwest::get(path).await.unwrap().text().await.unwrap() };
    let runs = get(format!("{}/api/runs", runner.url())).await;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let id = runs["runs"][0]["id"].as_str().unwrap();
    let log = get(format!("{}/api/runs/{id}/log", runner.url())).await;
    let line = log
        .lines()
        .find(|line| line.contains("read ") && line.contains("project"));
    let line = line.unwrap_or_else(|| panic!("no word of projects:\n{log}"));
    line[line.find("read ").unwrap()..].to_owned()
}

/// The tasks that the newest run deployed, once it has ended. It is of `commit`, which had
/// a run before: its status alone does not tell the two apart.
async fn changed(runner: &Runner, commit: &str) -> Vec<String> {
    for _ in 0..1_000 {
        let runs = reqwest::get(format!("{}/api/runs", runner.url())).await.unwrap();
        let runs: serde_json::Value = serde_json::from_str(&runs.text().await.unwrap()).unwrap();
        let run = &runs["runs"][0];
        if run["commit"] == commit && run["state"] == "success" {
            let tasks = run["tasks"].as_array().unwrap().iter();
            let changed = tasks.filter(|task| task["change"] != "unchanged");
            return changed
                .map(|task| task["component_name"].as_str().unwrap().to_owned())
                .collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no run of {commit} has ended well")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_of_one_project_reads_that_project_alone() {
    let stage = four_projects().await;
    let repository = &stage.repository;
    let runner = stage.runner().await;
    let push = async |message: &str| (stage.push(&runner, message).await, said(&runner).await);
    assert_eq!(
        push("first").await,
        (
            "success: 4 built, 4 published, 4 deployed".into(),
            "read 4 of 4 projects".into()
        )
    );
    // What was just deployed is read once more, and then no more.
    repository.write("README.md", "1");
    assert_eq!(
        push("beside").await,
        (
            "success: 4 unchanged".into(),
            "read 4 of 4 projects; 4 tasks deployed as wanted".into()
        )
    );
    repository.write("README.md", "2");
    assert_eq!(
        push("beside").await,
        (
            "success: 4 unchanged".into(),
            "read 0 of 4 projects; 4 tasks deployed as wanted".into()
        )
    );
    repository.write("tools/one/tasks/task.go", &code("other"));
    assert_eq!(
        push("one file").await,
        (
            "success: 1 built, 1 published, 1 deployed, 3 unchanged".into(),
            "read 1 of 4 projects; 3 tasks deployed as wanted".into()
        )
    );
    let (before, known) = (repository.head(), repository.head_of("HEAD~1"));

    // Somebody takes one away by hand: it comes back, and nothing is built for it.
    let owner = Owner {
        repository: NAME.into(),
        project: "zoo".into(),
        environment: "production".into(),
        commit: None,
    };
    let host = stage.host.client(&[]);
    let cancel = CancellationToken::new();
    assert!(
        host.remove("zoo-edge", &owner, &Reporter::default(), &cancel)
            .await
            .unwrap()
    );
    repository.write("README.md", "3");
    assert_eq!(
        push("beside").await,
        (
            "success: 1 deployed, 3 unchanged".into(),
            "read 2 of 4 projects; 3 tasks deployed as wanted".into()
        )
    );

    // Back to the commit before the changed file: what it wants was published already.
    let now = repository.head();
    repository.push_back(&known);
    stage.tell(&runner, "main", &now, &known).await;
    assert_eq!(changed(&runner, &known).await, ["tools_one"], "back from {before}");

    // A new project that wants a name which a project has that is not read.
    repository.write("late/workflow.yaml", &workflow("ZOO"));
    repository.write("late/tasks/task.go", &code("late"));
    let (status, _) = push("a clash").await;
    assert!(status.starts_with("failure: "), "{status}");
    let log = said(&runner).await;
    assert!(log.starts_with("read "), "{log}");

    // A workflow that is wrong is read each time, and nothing is deployed meanwhile.
    repository.delete("late");
    repository.write("plain/workflow.yaml", "project_name: x\ntasks: 7\n");
    repository.write("zoo/tasks/task.go", &code("changed beside what is wrong"));
    for message in ["wrong", "wrong still"] {
        repository.write("README.md", message);
        let (status, _) = push(message).await;
        assert!(status.starts_with("failure: "), "{status}");
    }
    repository.write("plain/workflow.yaml", &workflow("plain"));
    assert_eq!(
        push("mended").await.0,
        "success: 1 built, 1 published, 1 deployed, 3 unchanged"
    );

    // A project that is gone takes its application along, also where no other is read;
    // those that are passed over are not taken for gone.
    repository.write("README.md", "all noted");
    assert_eq!(push("noted").await.0, "success: 4 unchanged");
    repository.delete("tools/two");
    assert_eq!(
        push("gone").await,
        (
            "success: 1 removed, 3 unchanged".into(),
            "read 0 of 3 projects; 3 tasks deployed as wanted".into()
        )
    );
    let left = host.applications().await.unwrap();
    let left: Vec<&str> = left.iter().map(|deployed| deployed.application.as_str()).collect();
    assert_eq!(left, ["plain-edge", "tools_one-edge", "zoo-edge"]);
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surrounds_all_projects_is_looked_at_in_all() {
    let stage = four_projects().await;
    let repository = &stage.repository;
    let runner = stage.runner().await;
    stage.push(&runner, "first").await;
    repository.write("README.md", "1");
    stage.push(&runner, "noted").await;

    // A failed run: one of two changes cannot be built. Then a push that touches a third.
    repository.write("plain/tasks/task.go", &code("fine"));
    repository.write(
        "zoo/tasks/task.go",
        "package main\n\nfunc exec_task(arg string) string { return nothing }\n",
    );
    let status = stage.push(&runner, "one is broken").await;
    assert!(status.starts_with("failure: failed: zoo"), "{status}");
    repository.write("zoo/tasks/task.go", &code("mended"));
    repository.write("tools/one/tasks/task.go", &code("third"));
    let status = stage.push(&runner, "mended").await;
    assert!(status.ends_with("3 deployed, 1 unchanged"), "{status}");
    assert_eq!(runner.stop().await, Some(0));

    // Other providers are settings of every task.
    let config = format!("{}    providers: builtin\n", stage.config);
    let mut stage = stage;
    stage.config = config;
    let runner = stage.runner().await;
    stage.repository.write("README.md", "2");
    assert_eq!(stage.push(&runner, "providers").await, "success: 4 deployed");
    assert_eq!(said(&runner).await, "read 4 of 4 projects");
    assert_eq!(runner.stop().await, Some(0));

    // Templates of the repository's own are a part of the surroundings too.
    stage.repository.write("README.md", "3");
    let runner = stage.runner().await;
    assert_eq!(stage.push(&runner, "noted").await, "success: 4 unchanged");
    assert_eq!(runner.stop().await, Some(0));
    let config = stage
        .config
        .replace("    forge: gitea", "    templates: true\n    forge: gitea");
    let mut stage = stage;
    stage.config = config;
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/processor_nats");
    for file in [
        "template.yaml",
        "world.wit",
        "wadm.yaml",
        "skeleton/go.mod",
        "skeleton/main.go.hbs",
    ] {
        let text = std::fs::read_to_string(format!("{ours}/{file}")).unwrap();
        let text = text.replace("name: processor_nats", "name: mine");
        stage.repository.write(&format!("templates/mine/{file}"), &text);
    }
    let runner = stage.runner().await;
    assert_eq!(
        stage.push(&runner, "a template that nobody takes").await,
        "success: 4 unchanged"
    );
    assert_eq!(said(&runner).await, "read 4 of 4 projects; 4 tasks deployed as wanted");
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_moves_to_another_project_whichever_of_the_two_is_named_first() {
    let repository = Repository::empty(0);
    let write = |repository: &Repository, plain: &[&str], zoo: &[&str]| {
        repository.write("plain/workflow.yaml", &workflow_of(plain));
        repository.write("zoo/workflow.yaml", &workflow_of(zoo));
    };
    for project in ["plain", "zoo"] {
        repository.write(&format!("{project}/tasks/task.go"), &code("hoo"));
    }
    write(&repository, &["plain"], &["zoo", "owl"]);
    let stage = Stage::of(repository).await;
    let runner = stage.runner().await;
    let first = stage.push(&runner, "first").await;
    assert_eq!(first, "success: 3 built, 3 published, 3 deployed");

    // The project that has it gives it up before the other one takes it.
    let host = stage.host.client(&[]);
    for (to, plain, zoo) in [
        ("plain", &["plain", "owl"][..], &["zoo"][..]),
        ("zoo", &["plain"], &["zoo", "owl"]),
    ] {
        write(&stage.repository, plain, zoo);
        let status = stage.push(&runner, "the owl moves").await;
        assert_eq!(status, "success: 1 deployed, 1 removed, 2 unchanged");
        let all = host.applications().await.unwrap();
        let owl = all.iter().find(|deployed| deployed.application == "owl-edge").unwrap();
        assert_eq!(owl.annotations["pelato.project"], to);
    }
    assert_eq!(runner.stop().await, Some(0));
}
