//! wadm's API, with our errors.

use async_nats::RequestErrorKind;
use serde_json::Value;
use wadm_client::Client;
use wadm_client::error::ClientError;
use wadm_types::Properties;
use wadm_types::api::{ModelSummary, Status};

use super::DeployError;
use super::application::{Deployed, annotations};
use super::connection::Connection;

/// wadm for one lattice.
#[derive(Clone)]
pub(super) struct Wadm {
    client: Client,
    connection: Connection,
    lattice: String,
}

impl Wadm {
    pub(super) fn new(connection: Connection, lattice: &str) -> Self {
        Self {
            // Hidden in its documentation, since async-nats is part of its
            // signature. Both are pinned by our lock, and a second connection
            // would know neither passwords nor our certificate.
            client: Client::from_nats_client(lattice, None, connection.client.clone()),
            connection,
            lattice: lattice.to_owned(),
        }
    }

    pub(super) async fn list(&self) -> Result<Vec<ModelSummary>, DeployError> {
        let listed = self.client.list_manifests().await;
        listed.map_err(|error| self.failed("list", "its applications", error))
    }

    /// The deployed version of an application, else its latest.
    pub(super) async fn get(&self, application: &str) -> Result<Option<Deployed>, DeployError> {
        let versions = match self.client.list_versions(application).await {
            Ok(versions) => versions,
            Err(error) if is_not_found(&error) => return Ok(None),
            Err(error) => return Err(self.failed("show", application, error)),
        };
        let running = versions.into_iter().find(|version| version.deployed);
        let version = running.as_ref().map(|running| running.version.as_str());
        let manifest = match self.client.get_manifest(application, version).await {
            Ok(manifest) => manifest,
            // Taken away between the two questions.
            Err(error) if is_not_found(&error) => return Ok(None),
            Err(error) => return Err(self.failed("show", application, error)),
        };
        let unreadable = |error: serde_json::Error| DeployError::Unreadable {
            application: application.to_owned(),
            reason: error.to_string(),
        };
        let document = serde_json::to_value(&manifest).map_err(unreadable)?;
        Ok(Some(Deployed {
            application: application.to_owned(),
            version: manifest.version().to_owned(),
            deployed: running.is_some(),
            annotations: annotations(&document),
            document,
        }))
    }

    /// Stores a version. One that is stored already stays as it is: versions
    /// are unique for their content.
    pub(super) async fn put(&self, application: &str, document: &Value) -> Result<(), DeployError> {
        let mut manifest: wadm_types::Manifest =
            serde_json::from_value(document.clone()).map_err(|error| DeployError::Manifest {
                application: application.to_owned(),
                reason: error.to_string(),
            })?;
        // wadm stops parts in this order. A component that stops first leaves
        // its provider taking messages for nobody.
        manifest
            .spec
            .components
            .sort_by_key(|part| matches!(part.properties, Properties::Component { .. }));
        match self.client.put_manifest(manifest).await {
            Ok(_) => Ok(()),
            Err(ClientError::ApiError(said)) if said.ends_with("already exists") => Ok(()),
            Err(error) => Err(self.failed("put", application, error)),
        }
    }

    pub(super) async fn deploy(&self, application: &str, version: &str) -> Result<(), DeployError> {
        match self.client.deploy_manifest(application, Some(version)).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed("deploy", application, error)),
        }
    }

    /// Undeploys an application, which stays known; whether there was one.
    pub(super) async fn undeploy(&self, application: &str) -> Result<bool, DeployError> {
        match self.client.undeploy_manifest(application).await {
            Ok(_) => Ok(true),
            Err(error) if is_not_found(&error) => Ok(false),
            Err(error) => Err(self.failed("undeploy", application, error)),
        }
    }

    /// Forgets an application with all its versions; whether there was one.
    pub(super) async fn forget(&self, application: &str) -> Result<bool, DeployError> {
        match self.client.delete_manifest(application, None).await {
            Err(error) if is_not_found(&error) => Ok(false),
            deleted => deleted.map_err(|error| self.failed("delete", application, error)),
        }
    }

    /// Forgets all versions of an application but `kept`, which is there. They are not
    /// deployed.
    pub(super) async fn forget_all_but(&self, kept: &str, application: &str) -> Result<(), DeployError> {
        let versions = match self.client.list_versions(application).await {
            Ok(versions) => versions,
            Err(error) if is_not_found(&error) => return Ok(()),
            Err(error) => return Err(self.failed("show", application, error)),
        };
        for version in versions.into_iter().filter(|version| version.version != kept) {
            match self.client.delete_manifest(application, Some(&version.version)).await {
                Err(error) if !is_not_found(&error) => return Err(self.failed("delete", application, error)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) async fn status(&self, application: &str) -> Result<Status, DeployError> {
        let status = self.client.get_manifest_status(application).await;
        status.map_err(|error| self.failed("show the status of", application, error))
    }

    /// Nobody answered in a time that is shorter than the client's.
    pub(super) fn unanswered(&self) -> DeployError {
        match self.connection.is_open() {
            true => DeployError::WadmSilent {
                lattice: self.lattice.clone(),
                url: self.connection.url.clone(),
            },
            false => self.connection.broken("the connection was lost"),
        }
    }

    fn failed(&self, action: &'static str, application: &str, error: ClientError) -> DeployError {
        let application = application.to_owned();
        let silent = || DeployError::WadmSilent {
            lattice: self.lattice.clone(),
            url: self.connection.url.clone(),
        };
        match error {
            ClientError::NatsError(error) if error.kind() == RequestErrorKind::NoResponders => silent(),
            ClientError::NatsError(error) => self.connection.at_fault(&error).unwrap_or_else(silent),
            ClientError::Serialization(error) => DeployError::Unreadable {
                application,
                reason: error.to_string(),
            },
            ClientError::ApiError(reason) => DeployError::Rejected {
                action,
                application,
                reason,
            },
            error => DeployError::Rejected {
                action,
                application,
                reason: error.to_string(),
            },
        }
    }
}

fn is_not_found(error: &ClientError) -> bool {
    matches!(error, ClientError::NotFound(_))
}
