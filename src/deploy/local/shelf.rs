//! What is to run, on the disk: a file for each application, and the components.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::folder::{Folder, write_whole};

/// An application as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The wadm manifest.
    pub(super) document: Value,
    /// `sha256:…` of the component.
    pub(super) component: String,
}

/// The files of one host. All calls are short.
pub(super) struct Shelf(Folder);

impl Shelf {
    pub(super) fn of(folder: &Folder) -> Self {
        Self(folder.clone())
    }

    /// All applications, by name; a file that cannot be read is said to `complain`.
    pub(super) fn all(&self, complain: impl Fn(String)) -> Vec<(String, Record)> {
        let entries = fs::read_dir(self.0.applications()).into_iter().flatten().flatten();
        let mut all: Vec<(String, Record)> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let name = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
                let read = fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
                match read {
                    Ok(record) => Some((name, record)),
                    Err(error) => {
                        complain(format!("{name} cannot be read and is left out: {error}"));
                        None
                    }
                }
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// The component of a record, compared with its digest.
    pub(super) fn component(&self, digest: &str) -> Result<Vec<u8>, String> {
        let again = "deploy it again";
        let path = self.file_of(digest).ok_or("its component has no digest")?;
        let bytes = fs::read(path).map_err(|error| format!("its component cannot be read: {error}; {again}"))?;
        match sha256(&bytes) == digest {
            true => Ok(bytes),
            false => Err(format!("the file of its component is damaged; {again}")),
        }
    }

    /// Keeps an application with its component.
    pub(super) fn keep(&self, name: &str, record: &Record, wasm: &[u8]) -> io::Result<()> {
        let Some(path) = self.file_of(&record.component) else {
            return Err(io::Error::other("its component has no digest"));
        };
        if self.component(&record.component).is_err() {
            write_whole(&path, wasm)?;
        }
        write_whole(&self.file(name), &serde_json::to_vec_pretty(record)?)
    }

    pub(super) fn forget(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes the components that are not among `used`.
    pub(super) fn tidy(&self, used: &BTreeSet<&str>) {
        for entry in fs::read_dir(self.0.components()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let digest = name
                .to_string_lossy()
                .strip_suffix(".wasm")
                .map(|digits| format!("sha256:{digits}"));
            if !digest.is_some_and(|digest| used.contains(digest.as_str())) {
                // What cannot be removed now is tried again the next time.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.applications().join(format!("{name}.json"))
    }

    fn file_of(&self, digest: &str) -> Option<PathBuf> {
        let digits = digest.strip_prefix("sha256:")?;
        let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| self.0.components().join(format!("{digits}.wasm")))
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
