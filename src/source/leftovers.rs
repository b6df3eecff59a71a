//! What a killed process left in a mirror: git's own locks, which would keep everybody out
//! for ever, and files that were not whole yet.

use std::fs;
use std::io;
use std::path::Path;

use crate::premises::{Premises, enter};

const LOCK: &str = "pelato-lock";
/// In what libgit2 calls a file before it has its name.
const UNNAMED: &str = "_git2_";

/// Enters the mirror in `folder`, as everybody does who writes there.
pub(super) fn into(folder: &Path) -> io::Result<Premises> {
    enter(&folder.join(LOCK), || {
        let is_locked = |name: &str| name.ends_with(".lock");
        Premises::remove(folder, |name| {
            is_locked(name)
                || name.contains(UNNAMED)
                || [".projects-", ".settled-", "pelato-packs-"]
                    .iter()
                    .any(|own| name.starts_with(own))
        });
        below(&folder.join("refs"), &|folder| Premises::remove(folder, is_locked));
        for objects in ["objects", "objects/pack"] {
            Premises::remove(&folder.join(objects), |name| is_locked(name) || name.contains(UNNAMED));
        }
    })
}

/// A folder and all that are in it.
fn below(folder: &Path, act: &dyn Fn(&Path)) {
    act(folder);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&entry.path(), act);
        }
    }
}
