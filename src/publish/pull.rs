//! A component out of a registry, for a host that has no credentials.

use futures_util::TryStreamExt as _;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use oci_client::{Reference, RegistryOperation};

use super::PublishError;
use super::again::again;
use super::artifact::{self, sha256};
use super::failure::is_missing;
use super::registry::Registry;

/// The largest component that is fetched, in bytes.
const LARGEST: usize = 256 << 20;

impl Registry {
    /// Whether the component that `reference` pins is there: its manifest, and one byte
    /// of it. One of another registry is [`PublishError::Damaged`].
    pub async fn holds(&self, reference: &str) -> Result<bool, PublishError> {
        again(|| self.holds_now(reference)).await
    }

    async fn holds_now(&self, reference: &str) -> Result<bool, PublishError> {
        let Some((image, manifest)) = self.pinned(reference).await? else {
            return Ok(false);
        };
        let layer = artifact::layer(&manifest).ok_or_else(|| self.wrong(reference, "it is not of a component"))?;
        let byte = self.client.pull_blob_stream_partial(&image, layer, 0, Some(1)).await;
        match byte {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(self.failed(image.repository(), error).await),
        }
    }

    /// The manifest that `reference` pins, compared with its digest; none where there
    /// is none.
    async fn pinned(&self, reference: &str) -> Result<Option<(Reference, OciImageManifest)>, PublishError> {
        let Some((image, body)) = self.pinned_body(reference).await? else {
            return Ok(None);
        };
        let manifest = serde_json::from_slice(&body)
            .map_err(|error| self.wrong(reference, &format!("it is no manifest: {error}")))?;
        Ok(Some((image, manifest)))
    }

    /// The same as it lies there.
    pub(super) async fn pinned_body(&self, reference: &str) -> Result<Option<(Reference, Vec<u8>)>, PublishError> {
        let wrong = |reason: &str| self.wrong(reference, reason);
        let image: Reference = reference
            .parse()
            .map_err(|error: oci_client::ParseError| wrong(&error.to_string()))?;
        let Some(digest) = image.digest() else {
            return Err(wrong("the reference has no digest"));
        };
        if image.registry() != self.address.host {
            return Err(wrong("it is of another registry"));
        }
        let credentials = self.credentials().await;
        let known = self
            .client
            .auth(&image, &credentials.auth, RegistryOperation::Pull)
            .await;
        if let Err(error) = known {
            return Err(self.failed(image.repository(), error).await);
        }
        let pulled = self
            .client
            .pull_manifest_raw(&image, &credentials.auth, &[OCI_IMAGE_MEDIA_TYPE])
            .await;
        let body = match pulled {
            Ok((body, _)) => body,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(self.failed(image.repository(), error).await),
        };
        if sha256(&body) != digest {
            return Err(wrong("its content is another"));
        }
        Ok(Some((image, body.to_vec())))
    }

    pub(super) fn wrong(&self, reference: &str, reason: &str) -> PublishError {
        PublishError::Damaged {
            place: self.address.host.clone(),
            digest: reference.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// The component that `reference` pins: `host/path/name:tag@sha256:…`. The
    /// manifest and its layer are compared with their digests.
    pub async fn read(&self, reference: &str) -> Result<Vec<u8>, PublishError> {
        again(|| self.read_now(reference)).await
    }

    async fn read_now(&self, reference: &str) -> Result<Vec<u8>, PublishError> {
        let wrong = |reason: String| self.wrong(reference, &reason);
        let Some((image, manifest)) = self.pinned(reference).await? else {
            return Err(wrong("it is not there any more".to_owned()));
        };
        let layer = artifact::layer(&manifest).ok_or_else(|| wrong("it is not of a component".to_owned()))?;
        self.blob(reference, &image, layer).await
    }

    /// A part of what `reference` pins, compared with its digest.
    pub(super) async fn blob(
        &self,
        reference: &str,
        image: &Reference,
        part: &OciDescriptor,
    ) -> Result<Vec<u8>, PublishError> {
        let stream = match self.client.pull_blob_stream(image, part).await {
            Ok(stream) => stream,
            Err(error) => return Err(self.failed(image.repository(), error).await),
        };
        let bytes = stream
            .try_fold(Vec::new(), |mut all, bytes| async move {
                match all.len() + bytes.len() > LARGEST {
                    true => Err(std::io::Error::other("it is larger than 256 MiB")),
                    false => {
                        all.extend_from_slice(&bytes);
                        Ok(all)
                    }
                }
            })
            .await
            .map_err(|error| self.wrong(reference, &error.to_string()))?;
        match sha256(&bytes) == part.digest {
            true => Ok(bytes),
            false => Err(self.wrong(reference, "its component is not what its digest says")),
        }
    }
}
