//! Keeps a mirror's packs few.
//!
//! Each fetch leaves a pack, and libgit2, which looks for an object in one pack after the
//! other, never joins them. So once there are many, all but the largest become one. What
//! that takes goes by what was fetched since, not by the size of the repository: the first
//! clone is the largest pack, and stays as it is. Nothing is dropped, whoever needs it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::{Odb, Repository};

use super::SourceError;

/// Fewer than this are as quick as one.
pub(super) const MANY: usize = 50;

/// Joins the packs of `repository` where there are more than `many`. Whether it did.
///
/// Who reads the repository meanwhile finds in the new pack what is gone from the old
/// ones: libgit2 lists the packs anew before it says that an object is not there.
pub(super) fn join(repository: &Repository, many: usize) -> Result<bool, SourceError> {
    let folder = repository.path().join("objects/pack");
    let mut packs = list(&folder)?;
    if packs.len() <= many {
        return Ok(false);
    }
    packs.sort();
    packs.pop(); // the largest
    // An object database of these packs alone, to be asked what is in them.
    let apart = tempfile::Builder::new()
        .prefix("pelato-packs-")
        .tempdir_in(repository.path());
    let apart = apart.map_err(|error| unusable(repository.path(), error))?;
    let inside = apart.path().join("pack");
    fs::create_dir(&inside).map_err(|error| unusable(&inside, error))?;
    for (_, pack) in &packs {
        for file in [pack.clone(), pack.with_extension("idx")] {
            let link = inside.join(file.file_name().unwrap_or_default());
            match fs::hard_link(&file, link) {
                // Another run joins them at the same time.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
                done => done.map_err(|error| unusable(&file, error))?,
            }
        }
    }
    let odb = Odb::new()?;
    odb.add_disk_alternate(&apart.path().to_string_lossy())?;
    let mut objects = Vec::new();
    odb.foreach(|object| {
        objects.push(*object);
        true
    })?;
    let mut joined = repository.packbuilder()?;
    for object in objects {
        joined.insert_object(object, None)?;
    }
    joined.write(&folder, 0o444)?;
    let name = joined.name()?.map(|name| format!("pack-{name}.pack"));
    if let Some(name) = &name {
        // On the disk before what it replaces is gone: the power may fail.
        for file in [
            folder.join(name),
            folder.join(name).with_extension("idx"),
            folder.clone(),
        ] {
            let synced = fs::File::open(&file).and_then(|file| file.sync_all());
            synced.map_err(|error| unusable(&file, error))?;
        }
    }
    for (_, pack) in packs {
        let is_new = pack.file_name().and_then(|file| file.to_str()) == name.as_deref();
        if !is_new {
            // The index first: a pack without one is not looked at.
            for file in [pack.with_extension("idx"), pack] {
                match fs::remove_file(&file) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(unusable(&file, error)),
                    _ => {}
                }
            }
        }
    }
    Ok(true)
}

/// The packs, each with its size in bytes.
fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, SourceError> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unusable(folder, error))? {
        let path = entry.map_err(|error| unusable(folder, error))?.path();
        // One that goes away meanwhile is another run's to join.
        if path.extension().is_some_and(|end| end == "pack")
            && let Ok(metadata) = path.metadata()
        {
            packs.push((metadata.len(), path));
        }
    }
    Ok(packs)
}

fn unusable(path: &Path, error: std::io::Error) -> SourceError {
    SourceError::Unreadable {
        path: path.to_owned(),
        error,
    }
}
