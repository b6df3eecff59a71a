//! Passwords, tokens, Docker's own file and its helpers.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pelato::publish::{Registry, RegistryConfig};
use secrecy::SecretString;

use crate::door::{Door, Rule};
use crate::registry::RealRegistry;
use crate::{component, config, fingerprint};

fn with_password(host: &str, password: &str) -> Registry {
    Registry::new(RegistryConfig {
        user: Some("ci".to_owned()),
        password: Some(SecretString::from(password)),
        ..config(host)
    })
    .unwrap()
}

fn with_docker_config(host: &str, file: &Path) -> Registry {
    Registry::new(RegistryConfig {
        docker_config: Some(file.to_owned()),
        ..config(host)
    })
    .unwrap()
}

/// Publishes, and gives what it answered with the host's port taken out.
async fn publish(registry: &Registry, host: &str) -> Result<(), String> {
    match registry
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
    {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string().replace(host, "HOST")),
    }
}

#[tokio::test]
async fn a_password_opens_the_registry() {
    let real = RealRegistry::with_password();
    assert_eq!(
        publish(&with_password(&real.host, "correct horse"), &real.host).await,
        Ok(())
    );
    insta::assert_snapshot!(
        publish(&with_password(&real.host, "hunter2"), &real.host).await.unwrap_err(),
        @"the registry HOST refused the credentials for filter: tried user `ci` from REGISTRY_USER (`registry.user`); set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login HOST`"
    );
    insta::assert_snapshot!(
        publish(&Registry::new(config(&real.host)).unwrap(), &real.host).await.unwrap_err(),
        @"the registry HOST refused the credentials for filter: tried no credentials (REGISTRY_USER is not set; /nonexistent/config.json: not there); set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login HOST`"
    );
}

#[tokio::test]
async fn a_token_is_fetched_where_the_registry_wants_one() {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Token).await;
    assert_eq!(
        publish(&with_password(&door.host, "correct horse"), &door.host).await,
        Ok(())
    );
    insta::assert_snapshot!(
        publish(&with_password(&door.host, "hunter2"), &door.host).await.unwrap_err(),
        @r#"the registry HOST refused the credentials for filter: tried user `ci` from REGISTRY_USER (`registry.user`), it says: {"details": "incorrect username or password"}; set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login HOST`"#
    );
}

#[tokio::test]
async fn docker_login_is_enough() {
    let real = RealRegistry::with_password();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let auths = serde_json::json!({"auths": {&real.host: {"auth": "Y2k6Y29ycmVjdCBob3JzZQ=="}}});
    std::fs::write(&file, auths.to_string()).unwrap();
    assert_eq!(
        publish(&with_docker_config(&real.host, &file), &real.host).await,
        Ok(())
    );
}

const HELPED_HOST: &str = "PELATO_TEST_HELPED_HOST";
const HELPED_FILE: &str = "PELATO_TEST_HELPED_FILE";

/// A helper is found on the PATH, which a test cannot change for itself: so
/// this one runs the next one in a process of its own.
#[test]
fn dockers_credential_helper_is_asked() {
    let real = RealRegistry::with_password();
    let folder = tempfile::tempdir().unwrap();
    let helper = folder.path().join("docker-credential-story");
    std::fs::write(
        &helper,
        "#!/bin/sh\ncat >/dev/null\necho '{\"Username\": \"ci\", \"Secret\": \"correct horse\"}'\n",
    )
    .unwrap();
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("config.json");
    std::fs::write(&file, r#"{"credsStore": "story"}"#).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());

    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "credentials::published_with_a_helper", "--ignored"])
        .env("PATH", path)
        .env(HELPED_HOST, &real.host)
        .env(HELPED_FILE, &file)
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run by dockers_credential_helper_is_asked"]
async fn published_with_a_helper() {
    let host = std::env::var(HELPED_HOST).unwrap();
    let file = std::env::var(HELPED_FILE).unwrap();
    assert_eq!(publish(&with_docker_config(&host, file.as_ref()), &host).await, Ok(()));
}
