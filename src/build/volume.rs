//! Go's cache of one repository: a named volume.

use std::collections::{HashMap, HashSet};

use bollard::errors::Error as EngineError;
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptionsBuilder};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::BuildError;

/// The label that says whose cache a volume is.
const CACHE: &str = "pelato.cache";

/// The volumes that this process has looked after. A step fills a fresh one from its
/// image, under a lock in the volume itself.
#[derive(Default)]
pub(super) struct Volumes {
    known: Mutex<HashSet<String>>,
}

/// The cache of a repository.
pub(super) struct Volume {
    /// Its name.
    pub(super) name: String,
    /// Whether nothing was compiled into it yet.
    pub(super) is_new: bool,
}

impl Volumes {
    /// Makes sure of the volume of the repository `key` for the image `tag`, and
    /// removes those that the repository had for other images: what is in them was
    /// compiled by another Go.
    pub(super) async fn ready(&self, engine: &bollard::Docker, key: &str, tag: &str) -> Result<Volume, BuildError> {
        let name = name(key, tag);
        let mut known = self.known.lock().await;
        if known.contains(&name) {
            return Ok(Volume { name, is_new: false });
        }
        let is_new = matches!(
            engine.inspect_volume(&name).await,
            Err(EngineError::DockerResponseServerError { status_code: 404, .. })
        );
        let owner = digest(&[key]);
        let wanted = VolumeCreateRequest {
            name: Some(name.clone()),
            labels: Some(HashMap::from([(CACHE.to_owned(), owner.clone())])),
            ..VolumeCreateRequest::default()
        };
        let made = engine.create_volume(wanted).await;
        made.map_err(|error| BuildError::engine(format!("make the volume {name}"), &error))?;
        let filter = HashMap::from([("label", vec![format!("{CACHE}={owner}")])]);
        let options = ListVolumesOptionsBuilder::default().filters(&filter).build();
        if let Ok(list) = engine.list_volumes(Some(options)).await {
            let all = list.volumes.unwrap_or_default();
            for other in all.iter().filter(|volume| volume.name != name) {
                remove_unused(engine, &other.name).await;
            }
        }
        known.insert(name.clone());
        Ok(Volume { name, is_new })
    }

    /// Removes a volume that grew too large; the next build gets a fresh one.
    pub(super) async fn drop_grown(&self, engine: &bollard::Docker, key: &str, tag: &str) {
        let name = name(key, tag);
        let mut known = self.known.lock().await;
        remove_unused(engine, &name).await;
        known.remove(&name);
    }
}

/// Removes a volume, but for one that another run uses: that goes another time.
async fn remove_unused(engine: &bollard::Docker, name: &str) {
    let options = RemoveVolumeOptionsBuilder::default().build();
    if let Err(error) = engine.remove_volume(name, Some(options)).await {
        tracing::debug!(name, %error, "a cache volume stays");
    }
}

/// The volume of a repository for an image. Both are in the name: a cache is worth
/// nothing to another Go, and a fresh volume is warm from the start.
fn name(key: &str, tag: &str) -> String {
    format!("pelato-cache-{}", digest(&[key, tag]))
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repository_has_a_cache_of_its_own() {
        let one = name("acme/thermo", "pelato-build:1");
        assert_eq!(one, name("acme/thermo", "pelato-build:1"));
        assert_ne!(one, name("acme/other", "pelato-build:1"));
        assert_ne!(one, name("acme/thermo", "pelato-build:2"));
        assert_ne!(name("a", "bc"), name("ab", "c"));
    }
}
