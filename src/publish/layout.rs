//! Artifacts in an OCI image layout folder, where no registry is named.

use std::path::{Path, PathBuf};

use oci_client::manifest::OciImageManifest;

use super::PublishError;
use super::artifact::{self, Artifact};
use super::blobs::Blobs;
use super::index::Index;
use super::name::repository_name;
use super::place::{Found, Place};

/// A folder that is an [OCI image layout], made when it is first written to. It
/// holds what a registry would hold, with the same digests; each tag is a
/// reference name `<component_name>:<tag>` in its index. Other programs may read
/// and write it at the same time. Cheap to clone.
///
/// [OCI image layout]: https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md
#[derive(Clone, Debug)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// The layout in `folder`. Touches nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The artifact that was published for `fingerprint` (hex SHA-256, with or
    /// without `sha256:`), if there is one; the reference name of `version` then
    /// points at it. One whose blobs are not what they were is
    /// [`PublishError::Damaged`]; publishing it again mends it.
    pub async fn find(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
    ) -> Result<Option<Artifact>, PublishError> {
        let place = Place::new(component_name, repository_name(component_name)?, version, fingerprint)?;
        let (layout, fingerprint) = (self.clone(), fingerprint.to_owned());
        self.beside(move || {
            let Some(digest) = Index::of(&layout.folder).digest(&layout.name(&place, &place.fingerprint_tag))? else {
                return Ok(None);
            };
            let manifest = layout.manifest(&digest)?;
            if !artifact::is_for(&manifest, &fingerprint) {
                return Ok(None);
            }
            layout.wasm(&digest, &manifest)?;
            let body = Blobs::of(&layout.folder).get(&digest)?;
            layout.tag(
                &place,
                &Found {
                    body,
                    digest: digest.clone(),
                },
            )?;
            Ok(Some(layout.artifact(&place, digest, true)))
        })
        .await
    }

    /// Publishes `wasm`, a component, under the reference names of `version` (which
    /// moves) and of `fingerprint`. Each blob is written whole or not at all.
    pub async fn publish(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
        wasm: Vec<u8>,
    ) -> Result<Artifact, PublishError> {
        match self.find(component_name, version, fingerprint).await {
            Ok(Some(artifact)) => return Ok(artifact),
            Ok(None) | Err(PublishError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        let place = Place::new(component_name, repository_name(component_name)?, version, fingerprint)?;
        let (layout, fingerprint) = (self.clone(), fingerprint.to_owned());
        self.beside(move || {
            let packed = artifact::pack(&place.component_name, &place.version, &fingerprint, wasm)?;
            let blobs = Blobs::of(&layout.folder);
            Index::of(&layout.folder).found()?;
            blobs.put(&packed.layer.data)?;
            blobs.put(&packed.config.data)?;
            let digest = blobs.put(&packed.body)?;
            let body = packed.body;
            layout.tag(
                &place,
                &Found {
                    body,
                    digest: digest.clone(),
                },
            )?;
            Ok(layout.artifact(&place, digest, false))
        })
        .await
    }

    /// The component that `reference` pins, whole and as it was published.
    pub async fn read(&self, reference: &str) -> Result<Vec<u8>, PublishError> {
        let layout = self.clone();
        let digest = reference.rsplit_once('@').map_or(reference, |(_, digest)| digest);
        let digest = digest.to_owned();
        self.beside(move || layout.wasm(&digest, &layout.manifest(&digest)?))
            .await
    }

    /// Whether the component that `reference` pins is there, whole.
    pub async fn holds(&self, reference: &str) -> Result<bool, PublishError> {
        let layout = self.clone();
        let digest = reference.rsplit_once('@').map_or(reference, |(_, digest)| digest);
        let digest = digest.to_owned();
        self.beside(move || {
            let blobs = Blobs::of(&layout.folder);
            if !blobs.has(&digest) {
                return Ok(false);
            }
            let manifest = layout.manifest(&digest)?;
            match artifact::layer(&manifest) {
                Some(layer) if !blobs.has(&layer.digest) => Ok(false),
                _ => layout.wasm(&digest, &manifest).map(|_| true),
            }
        })
        .await
    }

    fn manifest(&self, digest: &str) -> Result<OciImageManifest, PublishError> {
        let body = Blobs::of(&self.folder).get(digest)?;
        serde_json::from_slice(&body).map_err(|error| self.damaged(digest, format!("it is no manifest: {error}")))
    }

    fn wasm(&self, digest: &str, manifest: &OciImageManifest) -> Result<Vec<u8>, PublishError> {
        let Some(layer) = artifact::layer(manifest) else {
            return Err(self.damaged(digest, "it is not of a component".to_owned()));
        };
        Blobs::of(&self.folder).get(&layer.digest)
    }

    fn tag(&self, place: &Place, found: &Found) -> Result<(), PublishError> {
        let names = [&place.version, &place.fingerprint_tag].map(|tag| self.name(place, tag));
        Index::of(&self.folder).name(&names, &found.digest, found.body.len())
    }

    fn name(&self, place: &Place, tag: &str) -> String {
        format!("{}:{tag}", place.repository)
    }

    /// What an artifact of this digest is called here.
    pub(super) fn reference(&self, component_name: &str, version: &str, digest: &str) -> Result<String, PublishError> {
        let repository = repository_name(component_name)?;
        Ok(format!("oci:{}:{repository}:{version}@{digest}", self.folder.display()))
    }

    fn artifact(&self, place: &Place, digest: String, reused: bool) -> Artifact {
        let name = self.name(place, &place.version);
        Artifact {
            component_name: place.component_name.clone(),
            reference: format!("oci:{}:{name}@{digest}", self.folder.display()),
            digest,
            reused,
        }
    }

    fn damaged(&self, digest: &str, reason: String) -> PublishError {
        PublishError::Damaged {
            place: self.folder.display().to_string(),
            digest: digest.to_owned(),
            reason,
        }
    }

    /// Files and locks are waited for beside the async work.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PublishError> + Send + 'static,
    ) -> Result<T, PublishError> {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(panic) => Err(PublishError::Folder {
                path: self.folder.clone(),
                reason: panic.to_string(),
            }),
        }
    }
}
