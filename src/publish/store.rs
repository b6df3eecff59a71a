//! Where artifacts are kept: a registry, or a folder.

use super::{Artifact, Layout, PublishError, Registry};
use crate::report::{Reporter, Stage};

/// Where artifacts are kept.
pub enum Store {
    /// An OCI registry.
    Registry(Box<Registry>),
    /// An OCI image layout folder.
    Layout(Layout),
}

impl Store {
    /// The artifact that was published for `fingerprint`, if there is one; the name
    /// for `version` then points at it. A damaged one is none: `reporter` hears of it.
    pub async fn find(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
        reporter: &Reporter,
    ) -> Result<Option<Artifact>, PublishError> {
        match self {
            Self::Registry(registry) => registry.find(component_name, version, fingerprint).await,
            Self::Layout(layout) => match layout.find(component_name, version, fingerprint).await {
                Err(error @ PublishError::Damaged { .. }) => {
                    reporter.line(
                        Some(component_name),
                        Stage::Publish,
                        format!("{error}; it is made anew"),
                    );
                    Ok(None)
                }
                found => found,
            },
        }
    }

    /// Publishes a component. What is there already is not written again.
    pub async fn publish(
        &self,
        component_name: &str,
        version: &str,
        fingerprint: &str,
        wasm: Vec<u8>,
    ) -> Result<Artifact, PublishError> {
        match self {
            Self::Registry(registry) => registry.publish(component_name, version, fingerprint, wasm).await,
            Self::Layout(layout) => layout.publish(component_name, version, fingerprint, wasm).await,
        }
    }

    /// Whether the component that an artifact's reference pins is there, without
    /// fetching it where a registry has it. A damaged one is an error.
    pub async fn holds(&self, reference: &str) -> Result<bool, PublishError> {
        match self {
            Self::Registry(registry) => registry.holds(reference).await,
            Self::Layout(layout) => layout.holds(reference).await,
        }
    }

    /// The bytes of the component that an artifact's reference pins, compared with
    /// their digest.
    pub async fn read(&self, reference: &str) -> Result<Vec<u8>, PublishError> {
        match self {
            Self::Registry(registry) => registry.read(reference).await,
            Self::Layout(layout) => layout.read(reference).await,
        }
    }
}
