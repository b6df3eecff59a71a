//! A key → a file whose name cannot lead anywhere else.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

/// The longest name that is written out: file systems take 255 bytes.
const LONGEST: usize = 200;
/// Behind a digest, the file with the key that the digest is of.
const KEY: &str = ".key";

/// Lower-case letters, digits, `-`, `_`, `=` and dots within stay as they are, every
/// other byte becomes `%` and two hex digits: no separator, no `..`, no device's
/// name with a colon, and nothing that differs only in case. A name that is too long
/// becomes `%~` and its SHA-256.
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'=' => text.push(char::from(byte)),
            b'.' if index > 0 => text.push('.'),
            _ => text.push_str(&format!("%{byte:02x}")),
        }
    }
    match text.len() > LONGEST {
        true => format!("%~{}", hex::encode(Sha256::digest(name))),
        false => text,
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.extend(hex::decode(after.get(..2)?).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn path(folder: &Path, bucket: &str, key: &str) -> PathBuf {
    folder.join(encoded(bucket)).join(encoded(key))
}

/// Work on files does not hold up the async work.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(io::Error::other(panic)))
}

/// That there is no such file is no error.
fn absent<T: Default>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        other => other,
    }
}

pub(super) async fn read(folder: &Path, bucket: &str, key: &str) -> io::Result<Option<Vec<u8>>> {
    let path = path(folder, bucket, key);
    aside(move || absent(std::fs::read(path).map(Some))).await
}

pub(super) async fn write(folder: &Path, bucket: &str, key: &str, value: &[u8]) -> io::Result<()> {
    let path = path(folder, bucket, key);
    let (key, value) = (key.to_owned(), value.to_owned());
    aside(move || {
        let Some(folder) = path.parent() else {
            return Err(io::Error::other("it has no place"));
        };
        std::fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The key first: a value whose key nobody knows would never be listed.
        if name.starts_with("%~") {
            put(folder, &folder.join(format!("{name}{KEY}")), key.as_bytes())?;
        }
        put(folder, &path, &value)
    })
    .await
}

/// In one step: who reads, and a machine that stops, find the old file or the new one.
fn put(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    // No key is encoded to a name that begins with a dot.
    let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(folder)?;
    io::Write::write_all(&mut file, content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

pub(super) async fn remove(folder: &Path, bucket: &str, key: &str) -> io::Result<()> {
    let path = path(folder, bucket, key);
    aside(move || {
        absent(std::fs::remove_file(&path))?;
        let key = format!("{}{KEY}", path.to_string_lossy());
        match encoded_is_digest(&path) {
            true => absent(std::fs::remove_file(key)),
            false => Ok(()),
        }
    })
    .await
}

fn encoded_is_digest(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("%~"))
}

pub(super) async fn keys(folder: &Path, bucket: &str) -> io::Result<Vec<String>> {
    let folder = folder.join(encoded(bucket));
    aside(move || {
        let mut keys = Vec::new();
        let Some(entries) = absent(std::fs::read_dir(&folder).map(Some))? else {
            return Ok(keys);
        };
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let key = match name.strip_prefix("%~") {
                // It is listed with its value.
                Some(digest) if digest.ends_with(KEY) => None,
                Some(_) => absent(std::fs::read_to_string(folder.join(format!("{name}{KEY}"))).map(Some))?,
                None => decoded(&name),
            };
            keys.extend(key);
        }
        keys.sort();
        Ok(keys)
    })
    .await
}
