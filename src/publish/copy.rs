//! The same artifact in another registry: its bytes as they are, so that its digest is
//! the same there.

use oci_client::RegistryOperation;
use oci_client::manifest::OciImageManifest;

use super::again::again;
use super::place::Found;
use super::registry::Registry;
use super::{Artifact, PublishError, Store};

impl Store {
    /// What an artifact of this digest is called here.
    pub fn reference(&self, component_name: &str, version: &str, digest: &str) -> Result<String, PublishError> {
        match self {
            Self::Registry(registry) => registry.reference(component_name, version, digest),
            Self::Layout(layout) => layout.reference(component_name, version, digest),
        }
    }

    /// Puts what `reference` pins in `from` here, for `fingerprint`. Between registries its
    /// bytes are copied as they are; a folder packs them anew, which gives the same ones.
    ///
    /// # Errors
    /// Where it is not there any more, or would be another one here.
    pub async fn copy(
        &self,
        from: &Self,
        reference: &str,
        component_name: &str,
        version: &str,
        fingerprint: &str,
    ) -> Result<Artifact, PublishError> {
        let artifact = match (self, from) {
            (Self::Registry(to), Self::Registry(from)) => {
                again(|| to.copy(from, reference, component_name, version, fingerprint)).await?
            }
            _ => {
                let wasm = from.read(reference).await?;
                self.publish(component_name, version, fingerprint, wasm).await?
            }
        };
        match reference.ends_with(&artifact.digest) {
            true => Ok(artifact),
            false => Err(PublishError::Damaged {
                place: artifact.reference,
                digest: reference.to_owned(),
                reason: "another artifact was published here for the same fingerprint".to_owned(),
            }),
        }
    }
}

impl Registry {
    async fn copy(
        &self,
        from: &Self,
        reference: &str,
        component_name: &str,
        version: &str,
        fingerprint: &str,
    ) -> Result<Artifact, PublishError> {
        let gone = || from.wrong(reference, "it is not there any more");
        let (source, body) = from.pinned_body(reference).await?.ok_or_else(gone)?;
        let manifest: OciImageManifest = serde_json::from_slice(&body)
            .map_err(|error| from.wrong(reference, &format!("it is no manifest: {error}")))?;
        let digest = super::artifact::sha256(&body);
        let place = self.place(component_name, version, fingerprint)?;
        let known = self.found(&place, fingerprint).await?;
        let image = self.image(&place, place.fingerprint_tag.clone());
        let found = Found { body, digest };
        let is_known = known.as_ref().is_some_and(|known| known.digest == found.digest);
        if !is_known {
            self.authenticate(&place, &image, RegistryOperation::Push).await?;
            for part in manifest.layers.iter().chain([&manifest.config]) {
                let bytes = from.blob(reference, &source, part).await?;
                self.upload(&place, &image, &bytes, &part.digest).await?;
            }
            // What was published first for a fingerprint keeps its tag.
            if known.is_none() {
                self.put_manifest(&place, &image, &found).await?;
            }
        }
        self.tag_version(&place, &found).await?;
        Ok(self.artifact(&place, found.digest, is_known))
    }
}
