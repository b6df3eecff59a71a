//! A component out of a registry, for a host that has no credentials.

use futures_util::TryStreamExt as _;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciImageManifest};
use oci_client::{Reference, RegistryOperation};

use super::PublishError;
use super::artifact::{self, sha256};
use super::failure::explain;
use super::registry::Registry;

/// The largest component that is fetched, in bytes.
const LARGEST: usize = 256 << 20;

impl Registry {
    /// The component that `reference` pins: `host/path/name:tag@sha256:…`. The
    /// manifest and its layer are compared with their digests.
    pub async fn read(&self, reference: &str) -> Result<Vec<u8>, PublishError> {
        let wrong = |reason: String| PublishError::Damaged {
            place: self.address.host.clone(),
            digest: reference.to_owned(),
            reason,
        };
        let image: Reference = reference.parse().map_err(|error| wrong(format!("{error}")))?;
        let Some(digest) = image.digest() else {
            return Err(wrong("the reference has no digest".to_owned()));
        };
        if image.registry() != self.address.host {
            return Err(wrong("it is of another registry".to_owned()));
        }
        let credentials = self.credentials().await;
        let failed = |error| explain(error, &self.address.host, image.repository(), credentials);
        let pull = RegistryOperation::Pull;
        self.client
            .auth(&image, &credentials.auth, pull)
            .await
            .map_err(failed)?;
        let pulled = self
            .client
            .pull_manifest_raw(&image, &credentials.auth, &[OCI_IMAGE_MEDIA_TYPE])
            .await;
        let (body, _) = pulled.map_err(failed)?;
        if sha256(&body) != digest {
            return Err(wrong("its content is another".to_owned()));
        }
        let manifest: OciImageManifest =
            serde_json::from_slice(&body).map_err(|error| wrong(format!("it is no manifest: {error}")))?;
        let layer = artifact::layer(&manifest).ok_or_else(|| wrong("it is not of a component".to_owned()))?;
        let stream = self.client.pull_blob_stream(&image, layer).await.map_err(failed)?;
        let wasm = stream
            .try_fold(Vec::new(), |mut wasm, bytes| async move {
                match wasm.len() + bytes.len() > LARGEST {
                    true => Err(std::io::Error::other("it is larger than 256 MiB")),
                    false => {
                        wasm.extend_from_slice(&bytes);
                        Ok(wasm)
                    }
                }
            })
            .await
            .map_err(|error| wrong(error.to_string()))?;
        match sha256(&wasm) == layer.digest {
            true => Ok(wasm),
            false => Err(wrong("its component is not what its digest says".to_owned())),
        }
    }
}
