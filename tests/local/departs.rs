//! What somebody takes away behind the runner's back: shown, and put back where
//! `runner.yaml` says so.

use std::net::TcpListener;

use pelato::generate::Owner;
use pelato::report::Reporter;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::command::Project;
use crate::host::{post, until};
use crate::push::runner::Runner;
use crate::push::{NAME, Stage};

/// Two tasks, and a runner that looks each second.
async fn stage(heal: bool) -> Stage {
    let mut stage = Stage::set().await;
    let environment = match heal {
        true => "  production:\n    deploy: local\n    heal: true\n",
        false => "  production:\n    deploy: local\n",
    };
    stage.config = stage
        .config
        .replace("reconcile: off", "reconcile: 1s")
        .replace("  production:\n    deploy: local\n", environment);
    stage
}

const CONVERT: &str = "celsius_to_kelvin_conversion";

async fn take_away(stage: &Stage, application: &str) {
    let owner = Owner {
        repository: NAME.into(),
        project: ".".into(),
        environment: "production".into(),
        commit: None,
    };
    let host = stage.host.client(&[]);
    let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
    assert!(host.remove(application, &owner, &reporter, &cancel).await.unwrap());
}

async fn runs(runner: &Runner) -> Vec<Value> {
    let list = reqwest::get(format!("{}/api/runs", runner.url())).await.unwrap();
    let list: Value = serde_json::from_str(&list.text().await.unwrap()).unwrap();
    let mut runs = list["runs"].as_array().unwrap().clone();
    runs.reverse();
    runs
}

async fn until_said(runner: &Runner, text: &str) {
    until(text, || runner.said().contains(text)).await;
}

/// The first head is found by the runner itself.
async fn deployed(stage: &Stage) {
    let (_, commit) = stage.repository.push("first");
    assert_eq!(
        stage.settled(&commit).await,
        "success: 2 built, 2 published, 2 deployed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_comes_back_by_a_run_of_its_own() {
    let stage = stage(true).await;
    let runner = stage.runner().await;
    deployed(&stage).await;
    let process = stage.host.process();
    take_away(&stage, &format!("{CONVERT}-edge")).await;
    assert!(stage.answer(25.0).await.is_err());
    until("what is gone to come back", || {
        stage.host.applications().contains(&format!("{CONVERT}-edge"))
    })
    .await;
    until_said(&runner, "what is deployed is what the head wants again").await;
    assert_eq!(
        stage.answer(25.0).await.unwrap(),
        r#"{"sensor":"kitchen","kelvin":298.15}"#
    );
    assert_eq!(stage.host.process(), process, "the others were left alone");

    let runs = runs(&runner).await;
    assert_eq!(runs.len(), 2, "one to deploy, one to heal: {runs:#?}");
    assert_eq!(
        (&runs[1]["commit"], &runs[1]["state"]),
        (&runs[0]["commit"], &Value::from("success"))
    );
    let run = format!("{}/api/runs/{}/log", runner.url(), runs[1]["id"].as_str().unwrap());
    let log = reqwest::get(run).await.unwrap().text().await.unwrap();
    let first = log.lines().next().unwrap();
    assert_eq!(
        first,
        "heal, attempt 1 of 3: what is deployed departs from this commit: \
         celsius_to_kelvin_conversion: it is not deployed on edge"
    );
    assert!(log.contains("success: 1 deployed, 1 unchanged"), "{log}");
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_heal_it_is_only_shown() {
    let stage = stage(false).await;
    let runner = stage.runner().await;
    deployed(&stage).await;
    for application in stage.host.applications() {
        take_away(&stage, &application).await;
    }
    until_said(&runner, "what is deployed departs from the head").await;
    let said = runner.said();
    assert!(said.contains("kelvin_filter: it is not deployed"), "{said}");
    let drift = r#"pelato_drift{repository="acme/thermo",environment="production"}"#;
    let metrics = async || {
        let answer = reqwest::get(format!("{}/metrics", runner.url())).await.unwrap();
        answer.text().await.unwrap()
    };
    let shown = metrics().await;
    assert!(shown.contains(&format!("{drift} ")), "{shown}");
    assert!(shown.contains("pelato_builds_total{result=\"success\"} 2\n"), "{shown}");
    // Somebody else puts it back: the next push, which changes nothing.
    stage.repository.write("README.md", "again");
    let (_, commit) = stage.repository.push("again");
    assert_eq!(stage.settled(&commit).await, "success: 2 deployed");
    until("two runs and no third one", || {
        runner.said().matches("a run has ended").count() == 2
    })
    .await;
    assert_eq!(runs(&runner).await.len(), 2);
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_healed_is_given_up_and_the_next_push_begins_anew() {
    let stage = stage(true).await;
    let runner = stage.runner().await;
    deployed(&stage).await;
    take_away(&stage, &format!("{CONVERT}-edge")).await;
    // Somebody else took its address.
    let taken = TcpListener::bind(("127.0.0.1", stage.repository.edge_port())).unwrap();
    until_said(&runner, "deployed anew 3 times in vain").await;
    assert_eq!(runs(&runner).await.len(), 4, "one to deploy, three to heal");

    drop(taken);
    stage.repository.write("README.md", "again");
    let (_, commit) = stage.repository.push("again");
    assert_eq!(stage.settled(&commit).await, "success: 1 deployed, 1 unchanged");
    assert!(
        post(&format!("127.0.0.1:{}", stage.repository.edge_port()), "{}")
            .await
            .is_ok()
    );
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_is_put_right() {
    let stage = stage(true).await;
    let runner = stage.runner().await;
    deployed(&stage).await;
    // Whoever edits it by hand leaves our annotations as they are.
    let file = stage.host.path().join(format!("applications/{CONVERT}-edge.json"));
    let ours: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let mut theirs = ours.clone();
    theirs["document"]["metadata"]["annotations"]["version"] = "1.0.0-byhand".into();
    std::fs::write(&file, theirs.to_string()).unwrap();
    stage.host.signal(rustix::process::Signal::KILL);
    let changed = format!("{CONVERT}: changed on edge by somebody else");
    until_said(&runner, &changed).await;
    let version = || {
        let now: Value = serde_json::from_slice(&std::fs::read(&file).unwrap_or_default()).unwrap_or_default();
        now["document"]["metadata"]["annotations"]["version"].clone()
    };
    until("our version", || {
        version() == ours["document"]["metadata"]["annotations"]["version"]
    })
    .await;
    until_said(&runner, "what is deployed is what the head wants again").await;
    assert_eq!(
        stage.answer(25.0).await.unwrap(),
        r#"{"sensor":"kitchen","kelvin":298.15}"#
    );
    let runs = runs(&runner).await;
    assert_eq!(runs.len(), 2);
    assert_eq!(runner.stop().await, Some(0));
}

/// A rollback departs from the head on purpose.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_stays_put_back_until_the_next_push() {
    let stage = stage(true).await;
    let runner = stage.runner().await;
    deployed(&stage).await;
    stage.repository.edit("tasks/convert.go", "273.15", "273.16");
    let (_, commit) = stage.repository.push("a slip");
    assert_eq!(
        stage.settled(&commit).await,
        "success: 1 built, 1 published, 1 deployed, 1 unchanged"
    );
    let slip = stage.answer(25.0).await.unwrap();

    let project = Project::of(NAME)
        .with("PELATO_STATE", &stage.data().display().to_string())
        .with("PELATO_DEPLOY", "local");
    for file in ["workflow.yaml", "tasks/convert.go", "tasks/filter.go"] {
        let text = std::fs::read_to_string(stage.repository.folder().join(file)).unwrap();
        project.write(file, &text);
    }
    let ended = project.pelato(&["rollback", "--environment", "production"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_ne!(stage.answer(25.0).await.unwrap(), slip);
    until_said(&runner, "something was put back by hand, and stays until the next push").await;

    // The other one is gone too: it could only be healed with the one that was put back.
    take_away(&stage, "kelvin_filter-edge").await;
    until_said(&runner, "kelvin_filter: it is not deployed on edge").await;
    assert_eq!(runs(&runner).await.len(), 2);
    stage.repository.write("README.md", "again");
    let (_, commit) = stage.repository.push("again");
    assert_eq!(stage.settled(&commit).await, "success: 2 deployed");
    assert_eq!(stage.answer(25.0).await.unwrap(), slip);
    assert_eq!(runner.stop().await, Some(0));
}
