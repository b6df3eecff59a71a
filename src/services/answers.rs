//! Whether the parts that are not ours are there.

use std::time::Duration;

use super::parts::nats_config;
use super::{ServiceError, Services};
use crate::build::{BuildError, Choice, Docker, Local};
use crate::config::DeployMode;
use crate::deploy::{Destination, NatsConfig};
use crate::publish::Store;

/// For one small question to a lattice.
const LIMIT: Duration = Duration::from_secs(5);

impl Services {
    /// Whether artifacts are kept in a registry, and not in a folder.
    pub fn has_registry(&self) -> bool {
        self.environment().registry.is_some()
    }

    /// Whether tasks talk, or are deployed, over a NATS.
    pub fn has_nats(&self) -> bool {
        let environment = self.environment();
        environment.deploy == DeployMode::Wadm || environment.nats_is_named
    }

    /// The environment's NATS, and who we are there.
    pub fn nats(&self) -> NatsConfig {
        nats_config(&self.environment().nats)
    }

    /// Whether the registry answers. A folder does.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn registry_answers(&self) -> Result<(), ServiceError> {
        match self.store().await?.as_ref() {
            Store::Registry(registry) => Ok(registry.answers().await?),
            Store::Layout(_) => Ok(()),
        }
    }

    /// Whether what builds is there. No image is looked for, and none is made.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn builder_answers(&self) -> Result<(), ServiceError> {
        let building = self.building();
        let options = || building.options.clone();
        let docker = async { Docker::connect(options()).await.map(drop) };
        let local = async { Local::find(options()).await.map(drop) };
        let found: Result<(), BuildError> = match building.choice {
            Choice::Docker => docker.await,
            Choice::Local => local.await,
            Choice::Auto => match docker.await {
                Ok(()) => Ok(()),
                Err(missing) => local.await.map_err(|_| missing),
            },
        };
        Ok(found?)
    }

    /// Whether NATS answers and, where it deploys, wadm.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn lattice_answers(&self) -> Result<(), ServiceError> {
        if self.environment().deploy == DeployMode::Local {
            drop(self.nats().client().await?);
            return Ok(());
        }
        match self.destination().await? {
            Destination::Lattice(lattice) => Ok(lattice.answers(LIMIT).await?),
            #[cfg(feature = "local")]
            Destination::Local(_) => Ok(()),
        }
    }
}
