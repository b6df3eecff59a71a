//! Looking an artifact up, and putting it there.

use std::path::PathBuf;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::{Client, Reference, RegistryOperation};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::PublishError;
use super::address::Address;
use super::again::again;
use super::artifact::{self, Artifact, sha256};
use super::credentials::{Credentials, docker_file};
use super::place::{Found, Place};

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Between two pieces of an answer, not for the whole of it.
const READ_LIMIT: Duration = Duration::from_secs(60);

/// Where to publish, and as whom.
#[derive(Clone, Debug, Default)]
pub struct RegistryConfig {
    /// `REGISTRY_URL`: `host[:port][/path]`, with or without a scheme.
    pub url: String,
    /// `REGISTRY_USER`; without it Docker's credential file is asked.
    pub user: Option<String>,
    /// `REGISTRY_PASSWORD`: a password or an access token.
    pub password: Option<SecretString>,
    /// Plain http off loopback. No by default.
    pub insecure: bool,
    /// Docker's `config.json`; none means `$DOCKER_CONFIG/config.json`, else
    /// `~/.docker/config.json`.
    pub docker_config: Option<PathBuf>,
}

/// A registry. Cheap to keep, and to ask from several tasks at once.
pub struct Registry {
    pub(super) address: Address,
    pub(super) client: Client,
    given: Option<Credentials>,
    docker_config: Option<PathBuf>,
    /// Asked once, at the first request: a helper may take its time.
    credentials: OnceCell<Credentials>,
}

impl Registry {
    /// Checks the configuration; speaks to nobody yet.
    pub fn new(config: RegistryConfig) -> Result<Self, PublishError> {
        let address = Address::parse(&config.url, config.insecure)?;
        let given = Credentials::given(&address.host, config.user.as_deref(), config.password.as_ref())?;
        let client = Client::try_from(ClientConfig {
            protocol: match address.plain {
                true => ClientProtocol::HttpsExcept(vec![address.host.clone()]),
                false => ClientProtocol::Https,
            },
            connect_timeout: Some(CONNECT_LIMIT),
            read_timeout: Some(READ_LIMIT),
            user_agent: concat!("pelato/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        })
        .map_err(|error| PublishError::Client {
            host: address.host.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            address,
            client,
            given,
            docker_config: config.docker_config,
            credentials: OnceCell::new(),
        })
    }

    /// The artifact that was published for `fingerprint` (hex SHA-256, with or
    /// without `sha256:`), if there is one. Writes nothing.
    pub async fn look(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
    ) -> Result<Option<Artifact>, PublishError> {
        let place = self.place(component_name, version, fingerprint)?;
        let found = again(|| self.found(&place, fingerprint)).await?;
        Ok(found.map(|found| self.artifact(&place, found.digest, true)))
    }

    /// As [`Self::look`], and where it finds one it lets the tag `version`
    /// point at it: the tag is for people, who expect the latest there.
    pub async fn find(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
    ) -> Result<Option<Artifact>, PublishError> {
        let place = self.place(component_name, version, fingerprint)?;
        let Some(found) = again(|| self.found(&place, fingerprint)).await? else {
            return Ok(None);
        };
        again(|| self.tag_version(&place, &found)).await?;
        Ok(Some(self.artifact(&place, found.digest, true)))
    }

    /// Publishes `wasm`, a component, under the tags `version` (which moves)
    /// and that of `fingerprint` (which does not: what was published first for
    /// a fingerprint stays). Uploads only what the registry lacks.
    pub async fn publish(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
        wasm: Vec<u8>,
    ) -> Result<Artifact, PublishError> {
        if let Some(artifact) = self.find(component_name, version, fingerprint).await? {
            return Ok(artifact);
        }
        let place = self.place(component_name, version, fingerprint)?;
        let packed = artifact::pack(component_name, version, fingerprint, wasm)?;
        let image = self.image(&place, place.fingerprint_tag.clone());
        again(|| self.authenticate(&place, &image, RegistryOperation::Push)).await?;
        let (layer, config) = (packed.layer.sha256_digest(), packed.config.sha256_digest());
        // Which of the two is there first is no matter: the manifest comes after both.
        tokio::try_join!(
            again(|| self.upload(&place, &image, &packed.layer.data, &layer)),
            again(|| self.upload(&place, &image, &packed.config.data, &config)),
        )?;
        let digest = sha256(&packed.body);
        let found = Found {
            body: packed.body,
            digest,
        };
        again(|| self.put_manifest(&place, &image, &found)).await?;
        again(|| self.tag_version(&place, &found)).await?;
        Ok(self.artifact(&place, found.digest, false))
    }

    /// What an artifact of this digest is called here.
    pub(super) fn reference(&self, component_name: &str, version: &str, digest: &str) -> Result<String, PublishError> {
        let repository = self.address.repository(component_name)?;
        Ok(format!("{}/{repository}:{version}@{digest}", self.address.host))
    }

    /// Names that the registry takes, or why it does not.
    pub(super) fn place(&self, component_name: &str, version: &str, fingerprint: &str) -> Result<Place, PublishError> {
        let repository = self.address.repository(component_name)?;
        Place::new(component_name, repository, version, fingerprint)
    }

    pub(super) fn image(&self, place: &Place, tag: String) -> Reference {
        Reference::with_tag(self.address.host.clone(), place.repository.clone(), tag)
    }

    pub(super) fn artifact(&self, place: &Place, digest: String, reused: bool) -> Artifact {
        let Place {
            repository, version, ..
        } = place;
        Artifact {
            component_name: place.component_name.clone(),
            reference: format!("{}/{repository}:{version}@{digest}", self.address.host),
            digest,
            reused,
        }
    }

    pub(super) async fn credentials(&self) -> &Credentials {
        self.credentials
            .get_or_init(|| async {
                match &self.given {
                    Some(given) => given.clone(),
                    None => {
                        let file = self.docker_config.clone().or_else(docker_file);
                        Credentials::docker(&self.address.host, file).await
                    }
                }
            })
            .await
    }
}
