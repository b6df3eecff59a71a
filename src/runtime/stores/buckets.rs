//! Key-value buckets, in memory or in a folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::file;

/// The longest name of a bucket, in bytes.
const LONGEST_NAME: usize = 255;
/// The longest key, in bytes: a NATS server takes about that much in a subject.
const LONGEST_KEY: usize = 4096;
/// The largest value, in bytes: NATS's own default for a message.
const LARGEST_VALUE: usize = 1 << 20;
/// What all buckets in memory may take, in bytes.
const ROOM: usize = 256 << 20;
/// What a key takes beside its own bytes and its value's.
const ENTRY: usize = 128;

/// Key-value buckets. A bucket is there once something is in it. Cheap to clone;
/// clones share what is kept.
#[derive(Clone, Debug)]
pub struct Buckets(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Memory(Arc<Mutex<Memory>>),
    Folder(PathBuf),
}

#[derive(Debug, Default)]
struct Memory {
    buckets: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    used: usize,
}

/// A bucket does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// A name, key or value that is empty or too long.
    #[error("{what} has {bytes} bytes, it has to have {least} to {most}")]
    Size {
        /// `the key`, …
        what: &'static str,
        /// How many it has.
        bytes: usize,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// There is no room in memory.
    #[error("the key-value buckets in memory are full ({ROOM} bytes): delete keys, or keep them in a folder")]
    Full,
    /// The folder cannot be read or written.
    #[error("the key-value folder: {0}")]
    Folder(#[from] std::io::Error),
}

impl Default for Buckets {
    /// In memory.
    fn default() -> Self {
        Self(Kept::Memory(Arc::default()))
    }
}

impl Buckets {
    /// Buckets in `folder`: a folder for each, a file for each key, which is the value
    /// as it is. The folder is made when something is written, and may fill its disk.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self(Kept::Folder(folder.into()))
    }

    /// The value of `key`.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, BucketError> {
        check(bucket, key)?;
        match &self.0 {
            Kept::Memory(memory) => Ok(memory.lock().unwrap_or_else(PoisonError::into_inner).get(bucket, key)),
            Kept::Folder(folder) => Ok(file::read(folder, bucket, key).await?),
        }
    }

    /// Gives `key` a value. Who reads meanwhile gets the old one or the new one, whole.
    pub async fn set(&self, bucket: &str, key: &str, value: Vec<u8>) -> Result<(), BucketError> {
        check(bucket, key)?;
        size("the value", value.len(), 0, LARGEST_VALUE)?;
        match &self.0 {
            Kept::Memory(memory) => {
                let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                memory.set(bucket, key, value)
            }
            Kept::Folder(folder) => Ok(file::write(folder, bucket, key, &value).await?),
        }
    }

    /// Takes `key` out, if it is there.
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), BucketError> {
        check(bucket, key)?;
        match &self.0 {
            Kept::Memory(memory) => {
                let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                memory.delete(bucket, key);
                Ok(())
            }
            Kept::Folder(folder) => Ok(file::remove(folder, bucket, key).await?),
        }
    }

    /// The keys of `bucket`, in order.
    pub async fn keys(&self, bucket: &str) -> Result<Vec<String>, BucketError> {
        check_name(bucket)?;
        match &self.0 {
            Kept::Memory(memory) => {
                let memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                let keys = memory
                    .buckets
                    .get(bucket)
                    .map(|bucket| bucket.keys().cloned().collect());
                Ok(keys.unwrap_or_default())
            }
            Kept::Folder(folder) => Ok(file::keys(folder, bucket).await?),
        }
    }
}

impl Memory {
    fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.buckets.get(bucket)?.get(key).cloned()
    }

    fn set(&mut self, bucket: &str, key: &str, value: Vec<u8>) -> Result<(), BucketError> {
        let old = self.buckets.get(bucket).and_then(|bucket| bucket.get(key));
        let freed = old.map_or(0, |old| cost(bucket, key, old));
        let used = self.used - freed + cost(bucket, key, &value);
        if used > ROOM {
            return Err(BucketError::Full);
        }
        self.used = used;
        let bucket = self.buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), value);
        Ok(())
    }

    fn delete(&mut self, bucket: &str, key: &str) {
        let Some(keys) = self.buckets.get_mut(bucket) else {
            return;
        };
        if let Some(old) = keys.remove(key) {
            self.used -= cost(bucket, key, &old);
        }
        if keys.is_empty() {
            self.buckets.remove(bucket);
        }
    }
}

/// The bucket's name counts for each key, since each may be of another bucket.
fn cost(bucket: &str, key: &str, value: &[u8]) -> usize {
    ENTRY + bucket.len() + key.len() + value.len()
}

/// Whether a bucket may be called so.
pub(in crate::runtime) fn check_name(bucket: &str) -> Result<(), BucketError> {
    size("the bucket's name", bucket.len(), 1, LONGEST_NAME)
}

fn check(bucket: &str, key: &str) -> Result<(), BucketError> {
    check_name(bucket)?;
    size("the key", key.len(), 1, LONGEST_KEY)
}

fn size(what: &'static str, bytes: usize, least: usize, most: usize) -> Result<(), BucketError> {
    match bytes < least || bytes > most {
        true => Err(BucketError::Size {
            what,
            bytes,
            least,
            most,
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
