//! From one environment of this machine to another one.

use serde_json::Value;

use crate::command::{ECHO, Project, Task};
use crate::host::Host;

const TASK: &str = "moved_on";

#[tokio::test]
async fn the_same_digest_runs_in_the_other_environment_though_nothing_builds() {
    let folder = tempfile::tempdir().unwrap();
    let _hosts = ["staging", "production"].map(|name| Host::below(folder.path(), name));
    let state = folder.path().display().to_string();
    let project = Project::of("acme/moved_on")
        .with("PELATO_STATE", &state)
        .with("PELATO_DEPLOY", "local")
        .with("PELATO_ENVIRONMENT", "staging");
    project.workflow(&[Task::processor(TASK, &["edge"])]);
    project.write(&format!("tasks/{TASK}.go"), ECHO);
    // Each has a folder of artifacts below its data; both are in one.
    let config =
        format!("data: {state:?}\nenvironments:\n  staging: {{ deploy: local }}\n  production: {{ deploy: local }}\n");
    project.write("runner.yaml", &config);
    project.commit();
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);

    let project = project
        .with("PELATO_BUILDER", "docker")
        .with("DOCKER_HOST", "unix:///nonexistent");
    let config = project.path().join("runner.yaml").display().to_string();
    let both = [
        "promote",
        "--from",
        "staging",
        "--to",
        "production",
        "--config",
        &config,
    ];
    let promoted = project.pelato(&both).await;
    assert_eq!(
        (promoted.code, promoted.last()),
        (Some(0), "done: 1 deployed"),
        "{}",
        promoted.said
    );

    let of = async |environment: &str| {
        let status = project
            .pelato(&["status", "--environment", environment, "--json"])
            .await
            .json();
        let target: &Value = &status["tasks"][0]["targets"][0];
        assert_eq!(target["state"], "running", "{status}");
        target["reference"].as_str().unwrap().to_owned()
    };
    assert_eq!(of("staging").await, of("production").await);
    let again = project.pelato(&both).await;
    assert_eq!(
        (again.code, again.last()),
        (Some(0), "done: nothing to do; 1 unchanged"),
        "{}",
        again.said
    );
}
