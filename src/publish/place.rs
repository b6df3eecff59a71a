//! One artifact's place in a registry: the requests about it.

use oci_client::errors::OciDistributionError;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciImageManifest};
use oci_client::{Reference, RegistryOperation};
use reqwest::header::HeaderValue;

use super::PublishError;
use super::artifact;
use super::failure::{explain, is_missing, limited};
use super::name::{fingerprint_tag, is_tag};
use super::registry::Registry;

/// The names of one artifact, in a registry or a layout folder.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) component_name: String,
    pub(super) repository: String,
    pub(super) version: String,
    pub(super) fingerprint_tag: String,
}

impl Place {
    /// Names that registries take, or why they do not.
    pub(super) fn new(
        component_name: &str,
        repository: String,
        version: &str,
        fingerprint: &str,
    ) -> Result<Self, PublishError> {
        if !is_tag(version) {
            return Err(PublishError::Version {
                name: component_name.to_owned(),
                version: version.to_owned(),
            });
        }
        let fingerprint_tag = fingerprint_tag(fingerprint).ok_or_else(|| PublishError::Fingerprint {
            name: component_name.to_owned(),
            fingerprint: fingerprint.to_owned(),
        })?;
        Ok(Self {
            component_name: component_name.to_owned(),
            repository,
            version: version.to_owned(),
            fingerprint_tag,
        })
    }
}

/// A manifest as it lies in the registry.
pub(super) struct Found {
    pub(super) body: Vec<u8>,
    pub(super) digest: String,
}

impl Registry {
    /// Our error for one of the library's, about a repository.
    pub(super) async fn failed(&self, repository: &str, error: OciDistributionError) -> PublishError {
        let retry_after = match limited(&error) {
            Some(url) => self.asked_to_wait(url).await,
            None => None,
        };
        explain(
            error,
            &self.address.host,
            repository,
            self.credentials().await,
            retry_after,
        )
    }

    /// Gets a token where the registry wants one. The library does so by
    /// itself too, but goes on without one when that fails.
    pub(super) async fn authenticate(
        &self,
        place: &Place,
        image: &Reference,
        operation: RegistryOperation,
    ) -> Result<(), PublishError> {
        let auth = &self.credentials().await.auth;
        match self.client.auth(image, auth, operation).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&place.repository, error).await),
        }
    }

    pub(super) async fn found(&self, place: &Place, fingerprint: &str) -> Result<Option<Found>, PublishError> {
        let image = self.image(place, place.fingerprint_tag.clone());
        self.authenticate(place, &image, RegistryOperation::Pull).await?;
        let auth = &self.credentials().await.auth;
        let (body, digest) = match self
            .client
            .pull_manifest_raw(&image, auth, &[OCI_IMAGE_MEDIA_TYPE])
            .await
        {
            Ok(manifest) => manifest,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(self.failed(&place.repository, error).await),
        };
        let ours = serde_json::from_slice::<OciImageManifest>(&body)
            .is_ok_and(|manifest| artifact::is_for(&manifest, fingerprint));
        Ok(ours.then_some(Found { body, digest }))
    }

    pub(super) async fn tag_version(&self, place: &Place, found: &Found) -> Result<(), PublishError> {
        let image = self.image(place, place.version.clone());
        let auth = &self.credentials().await.auth;
        match self.client.fetch_manifest_digest(&image, auth).await {
            Ok(digest) if digest == found.digest => return Ok(()),
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(self.failed(&place.repository, error).await),
        }
        self.authenticate(place, &image, RegistryOperation::Push).await?;
        self.put_manifest(place, &image, found).await
    }

    pub(super) async fn put_manifest(
        &self,
        place: &Place,
        image: &Reference,
        found: &Found,
    ) -> Result<(), PublishError> {
        let media_type = HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE);
        match self
            .client
            .push_manifest_raw(image, found.body.clone(), media_type)
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&place.repository, error).await),
        }
    }

    /// Uploads one blob, unless the registry has it.
    pub(super) async fn upload(
        &self,
        place: &Place,
        image: &Reference,
        data: &[u8],
        digest: &str,
    ) -> Result<(), PublishError> {
        // The library has no HEAD for blobs; one byte of it does.
        match self.client.pull_blob_stream_partial(image, digest, 0, Some(1)).await {
            Ok(_) => return Ok(()),
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(self.failed(&place.repository, error).await),
        }
        match self.client.push_blob(image, data, digest).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(&place.repository, error).await),
        }
    }
}
