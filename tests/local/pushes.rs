//! Pushes as they happen: what was deployed last is what counts, never what was pushed
//! before.

use crate::push::{Stage, TOKEN};

/// Two tasks that only take messages, so that two environments find room here.
const WORKFLOW: &str = "\
project_name: Thermo
tasks:
  - name: Convert
    type: processor_nats
    code: convert.go
    targets: [edge]
    source_topic: celsius
    dest_topic: kelvin
    component_name: convert
    version: 1.0.0
  - name: Filter
    type: processor_nats
    code: filter.go
    targets: [edge]
    source_topic: kelvin
    dest_topic: warm
    component_name: filter
    version: 1.0.0
";

fn task(text: &str) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return arg + {text:?} }}\n")
}

async fn stage() -> Stage {
    let stage = Stage::set().await;
    stage.repository.write("workflow.yaml", WORKFLOW);
    stage.repository.write("tasks/convert.go", &task("first convert"));
    stage.repository.write("tasks/filter.go", &task("first filter"));
    stage
}

const FIRST: &str = "success: 2 built, 2 published, 2 deployed";

#[tokio::test(flavor = "multi_thread")]
async fn a_force_push_to_an_older_commit_and_a_revert_build_nothing() {
    let stage = stage().await;
    let runner = stage.runner().await;
    assert_eq!(stage.push(&runner, "first").await, FIRST);
    let first = stage.repository.git(&["rev-parse", "HEAD"]);
    stage.repository.write("tasks/filter.go", &task("second filter"));
    assert_eq!(
        stage.push(&runner, "second").await,
        "success: 1 built, 1 published, 1 deployed, 1 unchanged"
    );
    let second = stage.repository.git(&["rev-parse", "HEAD"]);

    // Back to the first, as if the second had never been.
    stage.repository.git(&["reset", "-q", "--hard", &first]);
    stage.repository.git(&["push", "-q", "--force", "origin", "HEAD:main"]);
    let log = stage.tell_again(&runner, "main", &second, &first).await;
    assert!(log.contains("success: 1 deployed, 1 unchanged"), "{log}");

    // The same change again, and its revert.
    stage.repository.write("tasks/filter.go", &task("second filter"));
    assert_eq!(stage.push(&runner, "again").await, "success: 1 deployed, 1 unchanged");
    stage.repository.git(&["revert", "--no-edit", "HEAD"]);
    stage
        .repository
        .write("README.md", "the first filter was the better one");
    assert_eq!(stage.push(&runner, "back").await, "success: 1 deployed, 1 unchanged");
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_change_on_another_branch_is_not_built_again() {
    let stage = stage().await;
    let config = stage
        .config
        .replace("main: production", "main: production, next: staging")
        .replace(
            "  production:\n    deploy: local\n",
            "  production:\n    deploy: local\n  staging:\n    deploy: local\n",
        );
    let mut stage = stage;
    stage.config = config;
    let _staging = stage.host.beside("staging");
    let runner = stage.runner().await;
    assert_eq!(stage.push(&runner, "first").await, FIRST);
    let first = stage.repository.git(&["rev-parse", "HEAD"]);
    stage
        .repository
        .git(&["commit", "-q", "--allow-empty", "-m", "the same on a branch"]);
    stage.repository.git(&["push", "-q", "origin", "HEAD:next"]);
    let head = stage.repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(stage.tell(&runner, "next", &first, &head).await, "success: 2 deployed");
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_failed_run_left_undone_is_done_by_the_next() {
    let stage = stage().await;
    let runner = stage.runner().await;
    assert_eq!(stage.push(&runner, "first").await, FIRST);
    stage.repository.write("tasks/convert.go", &task("second convert"));
    // A task is missing in what cannot be read: nothing goes.
    let broken = WORKFLOW.split("  - name: Filter").next().unwrap();
    stage
        .repository
        .write("workflow.yaml", &broken.replace("targets: [edge]", "target: [edge"));
    let status = stage.push(&runner, "broken").await;
    assert!(status.starts_with("failure: error: "), "{status}");
    assert_eq!(stage.host.applications(), ["convert-edge", "filter-edge"]);

    // The next push touches the other task alone.
    stage.repository.write("workflow.yaml", WORKFLOW);
    stage.repository.write("tasks/filter.go", &task("second filter"));
    assert_eq!(stage.push(&runner, "mended").await, FIRST);
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_leaves_the_repository_takes_its_applications_along() {
    let stage = stage().await;
    stage.repository.write(
        "attic/workflow.yaml",
        &WORKFLOW.replace("component_name: ", "component_name: attic_"),
    );
    stage.repository.write("attic/tasks/convert.go", &task("attic"));
    stage.repository.write("attic/tasks/filter.go", &task("attic too"));
    let runner = stage.runner().await;
    assert_eq!(
        stage.push(&runner, "two projects").await,
        "success: 4 built, 4 published, 4 deployed"
    );

    // Gone, while the other project cannot be read: nobody knows what is meant.
    stage.repository.remove("attic");
    stage.repository.write("workflow.yaml", "tasks: [");
    let status = stage.push(&runner, "broken").await;
    assert!(status.starts_with("failure: error: "), "{status}");
    assert_eq!(stage.host.applications().len(), 4);

    stage.repository.write("workflow.yaml", WORKFLOW);
    assert_eq!(stage.push(&runner, "mended").await, "success: 2 removed, 2 unchanged");
    assert_eq!(stage.host.applications(), ["convert-edge", "filter-edge"]);

    // In another folder it is the same project: it is deployed from there.
    std::fs::create_dir(stage.repository.folder().join("thermo")).unwrap();
    stage.repository.git(&["mv", "workflow.yaml", "tasks", "thermo"]);
    assert_eq!(stage.push(&runner, "moved").await, "success: 2 deployed");
    assert_eq!(stage.host.applications(), ["convert-edge", "filter-edge"]);
    assert_eq!(runner.stop().await, Some(0));
}

/// Whatever turns up in a run, the runner's own secrets are not to be read: not in the
/// log, not on the commit, not from the API. Here the compiler repeats one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_says_has_no_secret_in_it() {
    let stage = stage().await;
    let runner = stage.runner().await;
    let leak =
        format!("package main\n\nvar leak int = {TOKEN:?}\n\nfunc exec_task(arg string) string {{ return arg }}\n");
    stage.repository.write("tasks/filter.go", &leak);
    let status = stage.push(&runner, "a token in the code").await;
    assert!(status.starts_with("failure"), "{status}");
    let runs = reqwest::get(format!("{}/api/runs", runner.url())).await.unwrap();
    let runs: serde_json::Value = serde_json::from_str(&runs.text().await.unwrap()).unwrap();
    let run = format!("{}/api/runs/{}", runner.url(), runs["runs"][0]["id"].as_str().unwrap());
    let log = reqwest::get(format!("{run}/log")).await.unwrap().text().await.unwrap();
    let answer = reqwest::get(&run).await.unwrap().text().await.unwrap();
    assert!(log.contains(r#"tasks/filter.go:3:16: cannot use "***""#), "{log}");
    assert!(answer.contains(r#"cannot use \"***\""#), "{answer}");
    let commit = stage.repository.git(&["rev-parse", "HEAD"]);
    let told: String = stage.told(&commit).concat();
    for text in [&log, &answer, &told] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    assert_eq!(runner.stop().await, Some(0));
}
