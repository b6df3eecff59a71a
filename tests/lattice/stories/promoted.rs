//! From one environment to the next, without a build.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use serde_json::Value;

use super::{BUILTIN_HTTP, lattice, project_on};
use crate::command::{Project, Task};

fn write(project: &Project, text: &str) -> String {
    let code = format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {text}\" }}\n");
    project.write("tasks/promoted.go", &code);
    project.commit()
}

fn environment(name: &str, lattice: &Lattice) -> String {
    format!(
        "  {name}:\n    registry: {{ url: '{}' }}\n    nats: {{ url: '{}' }}\n    lattice: {}\n    providers: {{ messaging: '{}', http_server: '{BUILTIN_HTTP}' }}\n",
        lattice.registry(),
        lattice.nats(),
        lattice.name(),
        lattice.messaging_provider(),
    )
}

/// Sends until the answer is `wanted`: a provider may begin to listen a moment after the
/// host lists it.
async fn send_until(lattice: &Lattice, wanted: &str) {
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let mut answers = nats.subscribe("promoted.out").await.unwrap();
    nats.flush().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        nats.publish("promoted.in", "it is".into()).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_millis(500), answers.next()).await;
        let answer = answer
            .ok()
            .flatten()
            .map(|message| String::from_utf8(message.payload.to_vec()).unwrap());
        if answer.as_deref() == Some(wanted) {
            return;
        }
        assert!(Instant::now() < deadline, "the answer is {answer:?}");
    }
}

fn images(status: &Value) -> Vec<String> {
    let targets = status["tasks"][0]["targets"].as_array().unwrap();
    let digest = |target: &Value| {
        let reference = target["reference"].as_str().unwrap();
        reference.split_once('@').unwrap().1.to_owned()
    };
    targets.iter().map(digest).collect()
}

#[tokio::test]
async fn what_staging_has_comes_to_production_while_main_moves_on() {
    let staging = lattice().await;
    let production = Lattice::start(Options {
        hosts: vec!["edge".into()],
        ..Options::default()
    })
    .await
    .unwrap();
    let project = project_on(staging, "acme/promoted").with("PELATO_ENVIRONMENT", "staging");
    project.workflow(&[Task::processor("promoted", &["edge"])]);
    // One secret is missing here, of a part that nobody asks for.
    let config = format!(
        "api_token: {{ env: NOBODY_HAS_IT }}\nenvironments:\n{}{}  elsewhere:\n    registry: {{ url: x, user: y, password: {{ env: NOBODY_HAS_IT }} }}\n",
        environment("staging", staging),
        environment("production", &production)
    );
    project.write("runner.yaml", &config);
    write(&project, "one");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);

    // Main moves on; and there is nothing to build with any more.
    write(&project, "two");
    let project = project
        .with("PATH", "/nonexistent")
        .with("PELATO_BUILDER", "docker")
        .with("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .calling(staging.registry(), "[STAGING]")
        .calling(production.registry(), "[PRODUCTION]");
    let config = project.path().join("runner.yaml").display().to_string();
    let promote = |more: &[&str]| {
        let both = [
            "promote",
            "--from",
            "staging",
            "--to",
            "production",
            "--config",
            &config,
        ];
        both.iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let run = async |more: &[&str]| {
        let words = promote(more);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        project.pelato(&words).await
    };

    let dry = run(&["--dry-run"]).await;
    assert_eq!(dry.code, Some(0), "{}", dry.said);
    insta::assert_snapshot!(without_digests(&dry.stdout), @"
    TASK  TARGET  STAGING  DIGEST  PRODUCTION  DIGEST
    promoted  edge  1.0.0-[DIGEST]  [DIGEST]  -  -  new
    promoted on edge: messaging cluster_uris: nats://127.0.0.1:[PORT] → nats://127.0.0.1:[PORT]
    promoted on edge: messaging image: 127.0.0.1:[PORT]/messaging-nats:0.27.0 → 127.0.0.1:[PORT]/messaging-nats:0.27.0
    promoted on edge: messaging subscriptions: promoted.in|pelato-staging-promoted → promoted.in|pelato-production-promoted
    ");
    let json = run(&["--dry-run", "--json"]).await.json();
    assert_eq!(json["tasks"][0]["promote"], true);
    assert_eq!(json["tasks"][0]["targets"][0]["to"], Value::Null);

    let ended = run(&[]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(without_digests(&ended.sorted()), @"
    TASK  TARGET  STAGING  DIGEST  PRODUCTION  DIGEST
      deploy  promoted: edge running
      deploy  promoted: | promoted-edge: 1.0.0-[DIGEST]
      plan  promoted: new: as in staging (commit [DIGEST])
    promoted  edge  1.0.0-[DIGEST]  [DIGEST]  -  -  new
    promoted on edge: messaging cluster_uris: nats://127.0.0.1:[PORT] → nats://127.0.0.1:[PORT]
    promoted on edge: messaging image: [STAGING]/messaging-nats:0.27.0 → [PRODUCTION]/messaging-nats:0.27.0
    promoted on edge: messaging subscriptions: promoted.in|pelato-staging-promoted → promoted.in|pelato-production-promoted
     publish  promoted: [PRODUCTION]/promoted:1.0.0@sha256:[DIGEST] copied
    done: 1 deployed
    ");
    send_until(&production, "it is one").await;
    let of = async |lattice: &Lattice, environment: &str| {
        let project = project_on(lattice, "acme/promoted").with("PELATO_ENVIRONMENT", environment);
        project.workflow(&[Task::processor("promoted", &["edge"])]);
        write(&project, "one");
        images(&project.pelato(&["status", "--json"]).await.json())
    };
    let here = of(&production, "production").await;
    assert_eq!(here, of(staging, "staging").await);
    assert_eq!(json["tasks"][0]["digest"], here[0].as_str());

    // A run of that commit in production finds what it would deploy.
    let there = project_on(&production, "acme/promoted").with("PELATO_ENVIRONMENT", "production");
    there.workflow(&[Task::processor("promoted", &["edge"])]);
    write(&there, "one");
    let ended = there.pelato(&["brush"]).await;
    assert_eq!(ended.last(), "done: nothing to do; 1 unchanged", "{}", ended.said);

    // Again there is nothing to do.
    let again = run(&["promoted"]).await;
    assert_eq!(
        (again.code, again.last()),
        (Some(0), "done: nothing to do; 1 unchanged"),
        "{}",
        again.said
    );
    insta::assert_snapshot!(run(&["other"]).await.said, @"error: which task is `other`? what is deployed of this project in staging: promoted");
    insta::assert_snapshot!(project.pelato(&["promote", "--from", "stagging", "--to", "production", "--config", &config]).await.said.replace(&config, "runner.yaml"), @"
    error: no environment is called `stagging`
     --> [THERMO]/runner.yaml:3:3
      |
    3 |   staging:
      |   ^ there are: staging, production, elsewhere
      |
      = help: did you mean `staging`?
    ");
    let remove = project_on(staging, "acme/promoted").with("PELATO_ENVIRONMENT", "staging");
    remove.workflow(&[Task::processor("promoted", &["edge"])]);
    write(&remove, "one");
    assert_eq!(remove.pelato(&["remove"]).await.code, Some(0));
}

#[tokio::test]
async fn what_no_commit_has_is_not_promoted() {
    let staging = lattice().await;
    let project = project_on(staging, "acme/unpromoted").with("PELATO_ENVIRONMENT", "staging");
    project.workflow(&[Task::processor("unpromoted", &["edge"])]);
    let config = format!(
        "environments:\n{}{}",
        environment("staging", staging),
        environment("production", staging)
    );
    project.write("runner.yaml", &config);
    project.write("tasks/unpromoted.go", crate::command::ECHO);
    let config = project.path().join("runner.yaml").display().to_string();
    let promote = [
        "promote",
        "--from",
        "staging",
        "--to",
        "production",
        "--config",
        &config,
    ];
    assert_eq!(project.pelato(&["brush"]).await.code, Some(0));
    insta::assert_snapshot!(project.pelato(&promote).await.said, @"error: nothing was promoted: `unpromoted` says no commit in staging, since it was deployed from a folder that had none; commit, and deploy it there again");

    // A commit, and then a change that is in none.
    let commit = project.commit();
    let changed = crate::command::ECHO.replace("return arg", "return arg + \"!\"");
    project.write("tasks/unpromoted.go", &changed);
    assert_eq!(project.pelato(&["brush"]).await.code, Some(0));
    let ended = project.pelato(&promote).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said.replace(&commit, "[COMMIT]"), @"error: nothing was promoted: `unpromoted` in staging has another code than its commit [COMMIT], so it was deployed from a folder with changes, or with other templates; commit, and deploy it there again");
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
}

fn without_digests(text: &str) -> String {
    let digests = regex::Regex::new(r"\b[0-9a-f]{12}\b|sha256:[0-9a-f]{64}").unwrap();
    let blanks = regex::Regex::new(" {2,}").unwrap();
    let text = digests.replace_all(text, "[DIGEST]");
    let ports = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let text = ports.replace_all(&text, "127.0.0.1:[PORT]").into_owned();
    blanks.replace_all(&text, "  ").into_owned()
}
