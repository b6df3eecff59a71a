//! `index.json`: which name stands for which manifest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use oci_client::manifest::{ImageIndexEntry, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciImageIndex};

use super::PublishError;
use super::blobs::write;

const FILE: &str = "index.json";
const MARK: &str = "oci-layout";
const MARKED: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;
const LOCK: &str = ".index.lock";
const NAME: &str = "org.opencontainers.image.ref.name";

/// The index of a layout folder.
pub(super) struct Index<'f> {
    folder: &'f Path,
}

impl<'f> Index<'f> {
    pub(super) fn of(folder: &'f Path) -> Self {
        Self { folder }
    }

    /// Makes the folder a layout, unless it is one.
    pub(super) fn found(&self) -> Result<(), PublishError> {
        let marked = self.folder.join(MARK);
        fs::create_dir_all(self.folder).map_err(|error| self.failed(&error))?;
        match marked.exists() {
            true => Ok(()),
            false => write(&marked, self.folder, MARKED),
        }
    }

    /// The digest that `name` stands for.
    pub(super) fn digest(&self, name: &str) -> Result<Option<String>, PublishError> {
        let index = self.read()?;
        Ok(index
            .manifests
            .into_iter()
            .find(|entry| is_called(entry, name))
            .map(|entry| entry.digest))
    }

    /// Lets `names` stand for a manifest of `size` bytes. Who else wants to change
    /// the index waits.
    pub(super) fn name(&self, names: &[String], digest: &str, size: usize) -> Result<(), PublishError> {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(LOCK))
            .map_err(|error| self.failed(&error))?;
        // It is given back when the file is closed.
        lock.lock().map_err(|error| self.failed(&error))?;
        let mut index = self.read()?;
        let stands = |name: &String| {
            let mut named = index.manifests.iter().filter(|entry| is_called(entry, name));
            named.next().is_some_and(|entry| entry.digest == digest)
        };
        if names.iter().all(stands) {
            return Ok(());
        }
        index
            .manifests
            .retain(|entry| !names.iter().any(|name| is_called(entry, name)));
        index.manifests.extend(names.iter().map(|name| ImageIndexEntry {
            media_type: OCI_IMAGE_MEDIA_TYPE.to_owned(),
            digest: digest.to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            platform: None,
            annotations: Some(BTreeMap::from([(NAME.to_owned(), name.clone())])),
        }));
        let bytes = serde_json::to_vec_pretty(&index).map_err(|error| self.failed(&error))?;
        write(&self.folder.join(FILE), self.folder, &bytes)
    }

    fn read(&self) -> Result<OciImageIndex, PublishError> {
        match fs::read(self.folder.join(FILE)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| PublishError::Folder {
                path: self.folder.join(FILE),
                reason: format!(
                    "it is no index of an OCI image layout ({error}); remove it, what it named is built again"
                ),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(OciImageIndex {
                schema_version: 2,
                media_type: Some(OCI_IMAGE_INDEX_MEDIA_TYPE.to_owned()),
                manifests: Vec::new(),
                artifact_type: None,
                annotations: None,
            }),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> PublishError {
        PublishError::Folder {
            path: self.folder.to_owned(),
            reason: error.to_string(),
        }
    }
}

fn is_called(entry: &ImageIndexEntry, name: &str) -> bool {
    let annotations = entry.annotations.as_ref();
    annotations
        .and_then(|all| all.get(NAME))
        .is_some_and(|found| found == name)
}
