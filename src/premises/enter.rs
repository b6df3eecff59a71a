//! Coming into a folder, and clearing away where nobody else is there.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// A place among those who work in a folder. It is given back when this is dropped.
#[derive(Debug)]
pub struct Premises {
    _lock: File,
}

/// Enters a folder whose lock is the file `lock`, made where it is missing (its folder is
/// not). Where nobody else is in there, `clear` is called first, and nobody comes in
/// meanwhile: whatever looks half done then was left by somebody who was killed. It blocks
/// only while somebody else clears.
///
/// # Errors
/// Where the lock cannot be had.
pub fn enter(lock: &Path, clear: impl FnOnce()) -> io::Result<Premises> {
    let file = File::options().create(true).truncate(false).write(true).open(lock)?;
    match file.try_lock() {
        Ok(()) => {
            clear();
            // Who comes in between clears once more: we have left nothing yet.
            file.unlock()?;
        }
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    file.lock_shared()?;
    Ok(Premises { _lock: file })
}

impl Premises {
    /// Removes what of `folder` has a name that is `left`: files, and folders with all that
    /// is in them. What cannot be removed now is there the next time.
    pub fn remove(folder: &Path, left: impl Fn(&str) -> bool) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(&left) {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let _ = match is_folder {
                    true => fs::remove_dir_all(path),
                    false => fs::remove_file(path),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_alone_clears_and_who_finds_somebody_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("lock");
        fs::write(folder.path().join(".new-1"), "half").unwrap();
        fs::create_dir_all(folder.path().join(".new-2/deep")).unwrap();
        fs::write(folder.path().join("whole"), "").unwrap();
        let clear = || Premises::remove(folder.path(), |name| name.starts_with(".new-"));
        let there = || {
            let names = fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };

        let first = enter(&lock, clear).unwrap();
        assert_eq!(there(), ["lock", "whole"]);
        // What the first is at.
        fs::write(folder.path().join(".new-3"), "").unwrap();
        let second = enter(&lock, clear).unwrap();
        drop(first);
        let third = enter(&lock, clear).unwrap();
        assert_eq!(there(), [".new-3", "lock", "whole"], "the second is still there");
        drop((second, third));
        enter(&lock, clear).unwrap();
        assert_eq!(there(), ["lock", "whole"]);
    }
}
