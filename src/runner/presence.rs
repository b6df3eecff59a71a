//! Which runners work in a data folder, and which of them are dead.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// The lock of all: held while a runner comes, and while somebody looks who is dead.
const DOOR: &str = ".door";
/// Held by a runner while it lives. The system gives it back, however the process ends.
const LOCK: &str = "lock";
/// What the runner has on the disk for as long as it lives.
const TEMPORARY: &str = "tmp";

/// This process as one of the runners of a data folder. Dropped, it is gone from there.
pub(super) struct Presence {
    all: PathBuf,
    mark: Mark,
    is_first: bool,
}

/// What a killed runner left, held by this process alone.
pub(super) struct Dead {
    mark: Mark,
}

/// A runner's name, the folder that is called so, and its lock.
struct Mark {
    name: String,
    folder: PathBuf,
    /// None where a killed one has none.
    _lock: Option<File>,
}

impl Presence {
    /// Enters the data folder `data`, which is there. It blocks for a moment where another
    /// runner comes or looks.
    pub(super) fn begin(data: &Path) -> io::Result<Self> {
        let all = data.join("runners");
        fs::create_dir_all(&all)?;
        let _door = door(&all)?;
        let is_first = others(&all, None)?.1 == 0;
        let name = Uuid::now_v7().to_string();
        let folder = all.join(&name);
        fs::create_dir_all(folder.join(TEMPORARY))?;
        let lock = lock_of(&folder, true)?;
        lock.lock()?;
        let mark = Mark {
            name,
            folder,
            _lock: Some(lock),
        };
        Ok(Self { all, mark, is_first })
    }

    /// No other runner's name, now or later.
    pub(super) fn name(&self) -> &str {
        &self.mark.name
    }

    /// Whether nobody else was there when it came.
    pub(super) fn is_first(&self) -> bool {
        self.is_first
    }

    /// For what is of no use to anybody else, nor after a restart.
    pub(super) fn temporary(&self) -> PathBuf {
        self.mark.temporary()
    }

    /// The runners that were here and are dead, each of them given to one caller alone.
    pub(super) fn dead(&self) -> io::Result<Vec<Dead>> {
        let _door = door(&self.all)?;
        Ok(others(&self.all, Some(&self.mark.name))?.0)
    }
}

/// The other runners: those that are dead, and how many are alive. For who holds the door.
fn others(all: &Path, own: Option<&str>) -> io::Result<(Vec<Dead>, usize)> {
    let (mut dead, mut alive) = (Vec::new(), 0);
    for entry in fs::read_dir(all)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if own == Some(&name) || Uuid::try_parse(&name).is_err() {
            continue;
        }
        let lock = match lock_of(&folder, false) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Some(lock),
                Err(TryLockError::WouldBlock) => {
                    alive += 1;
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(error),
            },
            // Killed while it came, or while it went.
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mark = Mark {
            name,
            folder,
            _lock: lock,
        };
        dead.push(Dead { mark });
    }
    Ok((dead, alive))
}

impl Drop for Presence {
    fn drop(&mut self) {
        // What stays is found by the next one.
        let _ = fs::remove_dir_all(&self.mark.folder);
    }
}

impl Dead {
    pub(super) fn name(&self) -> &str {
        &self.mark.name
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.mark.temporary()
    }

    /// Nothing of it is left: it is no more.
    pub(super) fn forget(self) -> io::Result<()> {
        match fs::remove_dir_all(&self.mark.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Mark {
    fn temporary(&self) -> PathBuf {
        self.folder.join(TEMPORARY)
    }
}

fn door(all: &Path) -> io::Result<File> {
    let door = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(all.join(DOOR))?;
    door.lock()?;
    Ok(door)
}

fn lock_of(folder: &Path, is_new: bool) -> io::Result<File> {
    File::options()
        .create(is_new)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dead: &[Dead]) -> Vec<&str> {
        dead.iter().map(Dead::name).collect()
    }

    #[test]
    fn who_lives_is_not_dead_and_who_went_left_nothing() {
        let data = tempfile::tempdir().unwrap();
        let one = Presence::begin(data.path()).unwrap();
        let other = Presence::begin(data.path()).unwrap();
        assert!(one.temporary().is_dir());
        assert!(one.is_first() && !other.is_first());
        assert_ne!(one.name(), other.name());
        assert!(one.dead().unwrap().is_empty());
        let went = other.mark.folder.clone();
        drop(other);
        assert!(one.dead().unwrap().is_empty());
        assert!(!went.exists());
    }

    #[test]
    fn a_dead_one_is_given_to_one_caller_until_nothing_is_left() {
        let data = tempfile::tempdir().unwrap();
        let (one, other) = (
            Presence::begin(data.path()).unwrap(),
            Presence::begin(data.path()).unwrap(),
        );
        // As a killed process leaves it: the folder is there, and nobody holds the lock.
        let killed = Presence::begin(data.path()).unwrap();
        let name = killed.name().to_owned();
        let folder = killed.mark.folder.clone();
        drop(killed);
        fs::create_dir_all(folder.join(TEMPORARY)).unwrap();
        File::create(folder.join(LOCK)).unwrap();

        let found = one.dead().unwrap();
        assert_eq!(names(&found), [name.as_str()]);
        assert!(other.dead().unwrap().is_empty(), "the first one has it");
        drop(found);
        let found = other.dead().unwrap();
        assert_eq!(names(&found), [name.as_str()], "it could not be cleared away");
        for dead in found {
            dead.forget().unwrap();
        }
        assert!(!folder.exists());
        // Killed before it had a lock.
        fs::create_dir(&folder).unwrap();
        assert_eq!(names(&one.dead().unwrap()), [name.as_str()]);
    }
}
