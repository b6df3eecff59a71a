//! `pelato cancel` ends what a run does: its containers are gone.

use std::path::Path;
use std::process::Stdio;

use futures_util::StreamExt;
use pelato::forge::ForgeKind;
use tokio::process::Command;

use crate::forge::{Push, Webhook};
use crate::process::Place;
use crate::tiny_task::docker::{containers, engine, until_containers};
use crate::tiny_task::options;

/// A compiler that never ends.
const GO: &str = "#!/bin/sh\n\
    case \"$1\" in\n\
    env) echo \"go$GOLANG_VERSION\" ;;\n\
    *) if [ -e /sources/task.go ]; then while :; do sleep 1; done; fi; touch /tmp/core.wasm ;;\n\
    esac\n";
const TAG: &str = "pelato-test-endless:1";

/// An image in which each build hangs.
async fn image() {
    let dockerfile = format!(
        "FROM {}\nCOPY go /usr/local/go/bin/go\nRUN chmod 0755 /usr/local/go/bin/go\n",
        options().go_image
    );
    let mut context = tar::Builder::new(Vec::new());
    for (path, text) in [("Dockerfile", dockerfile.as_str()), ("go", GO)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o755);
        context.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let build = bollard::query_parameters::BuildImageOptionsBuilder::default()
        .t(TAG)
        .rm(true)
        .build();
    let body = bollard::body_full(context.into_inner().unwrap().into());
    let engine = engine().await;
    let answers: Vec<_> = engine.build_image(build, None, Some(body)).collect().await;
    for answer in answers {
        answer.unwrap();
    }
}

/// A repository with one task on `main`: its commit.
pub(crate) fn repository(folder: &Path) -> String {
    std::fs::create_dir_all(folder.join("tasks")).unwrap();
    let workflow = "project_name: P\ntasks:\n  - name: echo\n    type: processor_nats\n    code: echo.go\n    \
                    targets: [edge]\n    source_topic: a\n    dest_topic: b\n    component_name: echo\n    \
                    version: 1.0.0\n";
    std::fs::write(folder.join("workflow.yaml"), workflow).unwrap();
    let code = "package main\n\nfunc exec_task(arg string) string { return arg }\n";
    std::fs::write(folder.join("tasks/echo.go"), code).unwrap();
    let repository = git2::Repository::init(folder).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["."], git2::IndexAddOption::DEFAULT, None).unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = git2::Signature::now("a", "a@b.c").unwrap();
    repository
        .commit(Some("refs/heads/main"), &author, &author, "Begin", &tree, &[])
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn a_run_that_is_cancelled_leaves_no_container() {
    image().await;
    let folder = tempfile::tempdir().unwrap();
    let commit = repository(folder.path());
    let config = format!(
        "listen: 127.0.0.1:0\nbuilder: docker\nreconcile: off\nrepositories:\n  - name: ci/r\n    forge: github\n    \
         url: file://{}\n    webhook_secret: {{ env: HOOK }}\n    branches: {{ main: production }}\n\
         environments:\n  production: {{ deploy: local }}\n",
        folder.path().display()
    );
    let place = Place::of(&config);
    let server = place.serve(&[("PELATO_GO_IMAGE", TAG)]).await;
    let push = Push {
        repository: "ci/r",
        branch: "main",
        before: &"0".repeat(40),
        after: &commit,
        message: "Begin",
    };
    let webhook = Webhook::of(ForgeKind::GitHub, "delivery-1".to_owned(), &push).signed("s3cr3t");
    let (status, answer) = webhook.send(&server.url).await;
    assert_eq!(status, 202, "{answer}");
    let run = answer["run"].as_str().unwrap();
    until_containers(run, true).await;
    let cancelled = Command::new(env!("CARGO_BIN_EXE_pelato"))
        .args(["cancel", run, "--server", &server.url])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&cancelled.stderr).into_owned() + &String::from_utf8_lossy(&cancelled.stdout);
    assert!(cancelled.status.success(), "{said}");
    assert!(said.contains(&format!("the run {run} is asked to stop")), "{said}");
    server.until(run, "cancelled").await;
    assert!(containers(run).await.is_empty());
}
