//! What tells this runner from every other one: two may share a Docker engine.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// The file in the data folder.
const FILE: &str = "id";

/// Sixteen hex digits that stay the same while the data folder does. Made at the first
/// start, by way of `temporary`, a folder beside it. No secret: it only has to be another
/// one elsewhere.
pub(super) fn identity(data: &Path, temporary: &Path) -> io::Result<String> {
    let path = data.join(FILE);
    if let Some(id) = known(&path)? {
        return Ok(id);
    }
    let id = format!("{:016x}", RandomState::new().build_hasher().finish());
    let mut file = NamedTempFile::new_in(temporary)?;
    file.write_all(id.as_bytes())?;
    file.as_file().sync_all()?;
    // Another runner may start here at this moment: the first one to be whole counts.
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(id),
        Err(taken) => match known(&path)? {
            Some(theirs) => Ok(theirs),
            // Somebody wrote something else into it.
            None => {
                taken.file.persist(&path)?;
                Ok(id)
            }
        },
    }
}

fn known(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|id| is_whole(id))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_whole(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_with_its_folder_and_is_nobody_elses() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let id = identity(one.path(), one.path()).unwrap();
        assert!(is_whole(&id));
        assert_eq!(id, identity(one.path(), one.path()).unwrap());
        assert_ne!(id, identity(other.path(), other.path()).unwrap());
        fs::write(one.path().join(FILE), &id[..7]).unwrap();
        assert!(is_whole(&identity(one.path(), one.path()).unwrap()));
    }
}
