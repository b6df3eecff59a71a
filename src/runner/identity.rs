//! What tells this runner from every other one: two may share a Docker engine.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// The file in the data folder.
const FILE: &str = "id";

/// Sixteen hex digits that stay the same while the data folder does. Made at the first
/// start. No secret: it only has to be another one elsewhere.
pub(super) fn identity(data: &Path) -> io::Result<String> {
    let path = data.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) if is_whole(text.trim()) => return Ok(text.trim().to_owned()),
        // A start that was killed may have left a part of one.
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let id = format!("{:016x}", RandomState::new().build_hasher().finish());
    let mut file = fs::File::create(&path)?;
    file.write_all(id.as_bytes())?;
    file.sync_all()?;
    Ok(id)
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
        let id = identity(one.path()).unwrap();
        assert!(is_whole(&id));
        assert_eq!(id, identity(one.path()).unwrap());
        assert_ne!(id, identity(other.path()).unwrap());
        fs::write(one.path().join(FILE), &id[..7]).unwrap();
        assert!(is_whole(&identity(one.path()).unwrap()));
    }
}
