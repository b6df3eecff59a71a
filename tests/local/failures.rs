//! What cannot be run, and what goes on all the same.

use std::net::TcpListener;

use pelato::generate::{Manifest, Owner};
use pelato::report::{Reporter, TargetState};
use tokio_util::sync::CancellationToken;

use crate::command::{ECHO, Project, Task};
use crate::host::{Host, post};

#[tokio::test]
async fn an_address_that_is_taken_and_a_component_that_does_not_load() {
    let project = Project::of("acme/thermo");
    let state = project.path().with_file_name("state");
    let project = project
        .with("PELATO_STATE", &state.display().to_string())
        .calling(&state.display().to_string(), "[STATE]");
    let host = Host::below(&state, "default");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    project.write("tasks/echo.go", ECHO);
    project.workflow(&[Task::http("echo", &["edge"], &address)]);

    // Another program listens there.
    let ended = project.pelato(&["brush", "--deploy", "local"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    insta::assert_snapshot!(ended.last(), @"failed: echo (edge: another program listens on 127.0.0.1:[PORT]: end it, or give the task another `address`); 1 built, 1 published");
    drop(other);
    let ended = project.pelato(&["brush", "--deploy", "local", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let task = ended.json()["tasks"][0].clone();
    assert_eq!(task["targets"][0]["state"], "running");
    assert_eq!(task["targets"][0]["address"], address.as_str());
    assert_eq!(task["built"], false, "it was published the first time");

    // A new version that cannot be loaded: the old one goes on, and is what is deployed.
    let client = host.client(b"no component");
    let deployed = client.applications().await.unwrap().remove(0);
    let mut document = deployed.document.clone();
    document["metadata"]["annotations"]["version"] = "2.0.0-broken".into();
    let manifest = Manifest {
        application: deployed.application.clone(),
        target: "edge".into(),
        version: "2.0.0-broken".into(),
        component_id: String::new(),
        provider_ids: Vec::new(),
        document,
        address: Some(address.clone()),
    };
    let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
    let outcome = client.deploy(&manifest, &reporter, &cancel).await.unwrap();
    assert_eq!(outcome.state, TargetState::Failed);
    let reason = outcome.reason.unwrap();
    assert!(reason.starts_with("the component cannot be loaded: "), "{reason}");
    assert_eq!(post(&address, "as before").await.unwrap(), "as before");
    assert_eq!(client.applications().await.unwrap(), std::slice::from_ref(&deployed));

    // And so it is when its manifest asks for what the host has not.
    let mut strange = manifest.clone();
    strange.document["spec"]["components"][0]["type"] = "capability".into();
    strange.document["spec"]["components"][0]["properties"]["image"] = "x".into();
    assert!(client.deploy(&strange, &reporter, &cancel).await.is_err());
    cancel.cancel();
    let refused = client.deploy(&manifest, &reporter, &cancel).await.unwrap_err();
    insta::assert_snapshot!(refused.to_string(), @"cancelled before echo-edge was deployed");
    let owner = Owner {
        repository: "umbrella/other".into(),
        project: ".".into(),
        environment: "default".into(),
        commit: None,
    };
    let refused = client
        .remove("echo-edge", &owner, &reporter, &CancellationToken::new())
        .await;
    assert!(refused.unwrap_err().to_string().contains("belongs to"));
    assert_eq!(project.pelato(&["remove", "--deploy", "local"]).await.code, Some(0));
    host.until_gone().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_used() {
    let project = Project::of("acme/thermo").with("PELATO_DEPLOY", "local");
    project.write("tasks/echo.go", ECHO);
    project.workflow(&[Task::processor("echo", &["edge"])]);
    let project = project.with("PELATO_STATE", "/dev/null/pelato");
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.last(), @"error: the folder of artifacts cannot be used: /dev/null/pelato/artifacts: Not a directory (os error 20)");
    let project = project.with("PELATO_STATE", "").with("HOME", "");
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.last(), @"error: there is no place for local deployments: set PELATO_STATE to a folder, since neither XDG_STATE_HOME nor HOME is set");
}
