//! `blobs/sha256/`: files that are named after what they hold.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::PublishError;
use super::artifact::sha256;
use crate::premises::{Premises, enter};

/// Who writes into a layout folder holds it.
const LOCK: &str = ".writers.lock";
/// What a file is called before it is whole.
const NEW: &str = ".new-";

/// The blobs of a layout folder.
pub(super) struct Blobs<'f> {
    folder: &'f Path,
}

impl<'f> Blobs<'f> {
    pub(super) fn of(folder: &'f Path) -> Self {
        Self { folder }
    }

    /// Whether there is a file for `digest`, whatever is in it.
    pub(super) fn has(&self, digest: &str) -> bool {
        self.path(digest).is_some_and(|path| path.exists())
    }

    /// What `digest` names, if it is still that.
    pub(super) fn get(&self, digest: &str) -> Result<Vec<u8>, PublishError> {
        let damaged = |reason: String| PublishError::Damaged {
            place: self.folder.display().to_string(),
            digest: digest.to_owned(),
            reason,
        };
        let Some(path) = self.path(digest) else {
            return Err(damaged("it is no SHA-256".to_owned()));
        };
        let bytes = fs::read(path).map_err(|error| damaged(error.to_string()))?;
        match sha256(&bytes) {
            found if found == digest => Ok(bytes),
            found => Err(damaged(format!("its content is {found}"))),
        }
    }

    /// Keeps `bytes`; their digest. A file that holds something else is replaced.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<String, PublishError> {
        let digest = sha256(bytes);
        if self.get(&digest).is_ok() {
            return Ok(digest);
        }
        if let Some(path) = self.path(&digest) {
            write(&path, self.folder, bytes)?;
        }
        Ok(digest)
    }

    fn path(&self, digest: &str) -> Option<PathBuf> {
        let digits = digest.strip_prefix("sha256:")?;
        let hex = digits.len() == 64 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| self.folder.join("blobs/sha256").join(digits))
    }
}

/// Writes a file of the layout in `folder`: whole, or not at all.
pub(super) fn write(path: &Path, folder: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let failed = |error: std::io::Error| PublishError::Folder {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    // Beside the blobs, not among them: readers may take every file there for one.
    let clear = || Premises::remove(folder, |name| name.starts_with(NEW));
    let _premises = enter(&folder.join(LOCK), clear).map_err(failed)?;
    let mut file = NamedTempFile::with_prefix_in(NEW, folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist(path) {
        Ok(_) => Ok(()),
        // Another process may have the same file open on systems that mind it.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error.error)),
    }
}
