//! The credentials that `docker login` left are those that the program publishes with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;

/// Docker's credential file for a registry.
fn config(host: &str, password: &str) -> String {
    let auth = STANDARD.encode(format!("ci:{password}"));
    serde_json::json!({ "auths": { host: { "auth": auth } } }).to_string()
}

#[tokio::test]
async fn what_docker_login_left_is_used() {
    let registry = RealRegistry::with_password();
    let project = Project::of("acme/login");
    let folder = project.path().with_file_name("docker");
    let project = project
        .with("REGISTRY_URL", &registry.host)
        .with("DOCKER_CONFIG", &folder.display().to_string());
    project.write("tasks/echo.go", ECHO);
    project.workflow(&[Task::processor("echo", &["edge"])]);
    let file = folder.join("config.json");
    std::fs::create_dir(&folder).unwrap();

    std::fs::write(&file, config(&registry.host, "wrong horse")).unwrap();
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended.said.contains("user `ci` from Docker's credentials"),
        "{}",
        ended.said
    );
    assert!(!ended.said.contains("horse"), "{}", ended.said);

    std::fs::write(&file, config(&registry.host, "correct horse")).unwrap();
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let manifest = format!("http://{}/v2/echo/manifests/1.0.0", registry.host);
    let asking = reqwest::Client::new()
        .get(manifest)
        .basic_auth("ci", Some("correct horse"))
        .header("accept", "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(asking.send().await.unwrap().status(), 200);
}
