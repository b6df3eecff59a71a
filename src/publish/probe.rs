//! Whether a registry would take an artifact.

use oci_client::RegistryOperation;

use super::{PublishError, Registry};

/// The name that is asked for; nothing is ever kept under it.
const NAME: &str = "pelato-doctor";

/// What a registry said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its host, with the port where one is named.
    pub host: String,
    /// Who we are there, and where that is from, in words.
    pub identity: String,
}

impl Registry {
    /// Asks for leave to write and looks for something that is not there. Writes
    /// nothing: whether the registry means it shows with the first artifact.
    ///
    /// # Errors
    /// Where it does not answer, or does not know us.
    pub async fn probe(&self) -> Result<Probe, PublishError> {
        let fingerprint = "0".repeat(64);
        let place = self.place(NAME, "0.0.0", &fingerprint)?;
        let image = self.image(&place, place.fingerprint_tag.clone());
        self.authenticate(&place, &image, RegistryOperation::Push).await?;
        self.look(NAME, "0.0.0", &fingerprint).await?;
        Ok(Probe {
            host: self.address.host.clone(),
            identity: self.credentials().await.source.clone(),
        })
    }
}
