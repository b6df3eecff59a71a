//! Which credentials a registry is shown, and where they are from.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use oci_client::secrets::RegistryAuth;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::PublishError;

/// A credential helper may ask a keyring, which may ask a person who is not there.
const HELPER_LIMIT: Duration = Duration::from_secs(10);

/// Credentials and the words for where they are from.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) auth: RegistryAuth,
    /// For messages: names the source and the user, never the secret.
    pub(super) source: String,
}

impl Credentials {
    /// Credentials given by variables or `runner.yaml`; none where neither is
    /// given. An empty value counts as none, as in a `.env` left unfilled.
    pub(super) fn given(
        host: &str,
        user: Option<&str>,
        password: Option<&SecretString>,
    ) -> Result<Option<Self>, PublishError> {
        let user = user.filter(|user| !user.is_empty());
        let password = password.filter(|password| !password.expose_secret().is_empty());
        let half = |given, missing| PublishError::HalfCredentials {
            host: host.to_owned(),
            given,
            missing,
        };
        match (user, password) {
            (Some(user), Some(password)) => Ok(Some(Self {
                auth: RegistryAuth::Basic(user.to_owned(), password.expose_secret().to_owned()),
                source: format!("user `{user}` from REGISTRY_USER (`registry.user`)"),
            })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(half("REGISTRY_USER", "REGISTRY_PASSWORD")),
            (None, Some(_)) => Err(half("REGISTRY_PASSWORD", "REGISTRY_USER")),
        }
    }

    /// What Docker's own file says of `host`, helpers included; anonymous where
    /// it says nothing. What went wrong on the way is part of the source, since
    /// many registries are read without credentials.
    pub(super) async fn docker(host: &str, file: Option<PathBuf>) -> Self {
        let Some(file) = file else {
            return Self::anonymous("no Docker credential file");
        };
        let key = match host {
            // The name under which `docker login` files it.
            "docker.io" | "index.docker.io" => "https://index.docker.io/v1/".to_owned(),
            host => host.to_owned(),
        };
        let path = file.clone();
        let found = timeout(HELPER_LIMIT, tokio::task::spawn_blocking(move || read(&path, &key))).await;
        let file = file.display();
        match found {
            Ok(Ok(Ok(DockerCredential::UsernamePassword(user, password)))) => Self {
                source: format!("user `{user}` from Docker's credentials ({file})"),
                auth: RegistryAuth::Basic(user, password),
            },
            Ok(Ok(Ok(DockerCredential::IdentityToken(_)))) => {
                Self::anonymous(&format!("{file} has an identity token for it, which pelato cannot use"))
            }
            Ok(Ok(Err(error))) => Self::anonymous(&format!("{file}: {}", words(&error))),
            Ok(Err(_)) => Self::anonymous(&format!("{file} could not be read")),
            Err(_) => Self::anonymous(&format!(
                "the credential helper named in {file} did not answer within {} s",
                HELPER_LIMIT.as_secs()
            )),
        }
    }

    fn anonymous(why: &str) -> Self {
        Self {
            auth: RegistryAuth::Anonymous,
            source: format!("no credentials (REGISTRY_USER is not set; {why})"),
        }
    }

    /// `text` without the secret, should someone have echoed it.
    pub(super) fn mask(&self, text: &str) -> String {
        match &self.auth {
            RegistryAuth::Basic(_, secret) | RegistryAuth::Bearer(secret) if !secret.is_empty() => {
                text.replace(secret.as_str(), "***")
            }
            _ => text.to_owned(),
        }
    }
}

/// Docker's credential file: `$DOCKER_CONFIG/config.json`, else
/// `~/.docker/config.json`.
pub(super) fn docker_file() -> Option<PathBuf> {
    let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty());
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
    Some(folder.map(PathBuf::from).or_else(home)?.join("config.json"))
}

fn read(file: &Path, key: &str) -> Result<DockerCredential, CredentialRetrievalError> {
    let file = File::open(file).map_err(|_| CredentialRetrievalError::ConfigNotFound)?;
    docker_credential::get_credential_from_reader(BufReader::new(file), key)
}

/// Our words for it: the library's repeat what a helper printed.
fn words(error: &CredentialRetrievalError) -> String {
    match error {
        CredentialRetrievalError::ConfigNotFound => "not there".to_owned(),
        CredentialRetrievalError::NoCredentialConfigured => "nothing for this registry".to_owned(),
        CredentialRetrievalError::HelperFailure { helper, stdout, .. } => {
            if stdout.contains("credentials not found") {
                format!("`{helper}` has nothing for this registry")
            } else {
                format!("the credential helper `{helper}` failed")
            }
        }
        CredentialRetrievalError::HelperCommunicationError => "its credential helper could not be started".to_owned(),
        CredentialRetrievalError::MalformedHelperResponse => {
            "its credential helper answered something unreadable".to_owned()
        }
        CredentialRetrievalError::CredentialDecodingError
        | CredentialRetrievalError::CredentialMismatchError
        | CredentialRetrievalError::ConfigReadError => "it could not be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "registry.example.org:5000";

    async fn from_docker(json: &str) -> Credentials {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, json).unwrap();
        Credentials::docker(HOST, Some(file)).await
    }

    #[test]
    fn half_credentials_are_a_mistake() {
        let password = SecretString::from("hunter2");
        let error = Credentials::given(HOST, Some("ci"), None).err().unwrap();
        assert_eq!(
            error.to_string(),
            "REGISTRY_USER is set for the registry registry.example.org:5000, but REGISTRY_PASSWORD is not: \
             set both, or neither to use Docker's own credentials"
        );
        assert!(Credentials::given(HOST, Some(""), Some(&password)).is_err());
        assert!(
            Credentials::given(HOST, Some(""), Some(&SecretString::from("")))
                .unwrap()
                .is_none()
        );
        let given = Credentials::given(HOST, Some("ci"), Some(&password)).unwrap().unwrap();
        assert_eq!(given.mask("bad: hunter2"), "bad: ***");
    }

    #[tokio::test]
    async fn docker_login_is_enough() {
        // base64 of `ci:hunter2`
        let found = from_docker(r#"{"auths": {"registry.example.org:5000": {"auth": "Y2k6aHVudGVyMg=="}}}"#).await;
        assert_eq!(found.auth, RegistryAuth::Basic("ci".to_owned(), "hunter2".to_owned()));
        assert!(
            found.source.starts_with("user `ci` from Docker's credentials ("),
            "{}",
            found.source
        );
    }

    #[tokio::test]
    async fn without_an_entry_it_is_anonymous_and_says_why() {
        for (json, why) in [
            (
                r#"{"auths": {"elsewhere.example.org": {"auth": "Y2k6aHVudGVyMg=="}}}"#,
                "nothing for this registry",
            ),
            ("{", "could not be read"),
            (
                r#"{"credHelpers": {"registry.example.org:5000": "pelato-no-such"}}"#,
                "could not be started",
            ),
            (
                r#"{"auths": {"registry.example.org:5000": {"identitytoken": "hunter2"}}}"#,
                "identity token",
            ),
        ] {
            let found = from_docker(json).await;
            assert_eq!(found.auth, RegistryAuth::Anonymous);
            assert!(found.source.contains(why), "{}", found.source);
            assert!(!found.source.contains("hunter2"), "{}", found.source);
        }
    }
}
