//! A task's sources as the tar that goes into a build.

use std::path::{Component, Path};

use super::BuildError;
use crate::generate::Sources;

/// Files that a build takes: each costs more than its bytes.
const FILES: usize = 20_000;
/// GNU tar reads in records of this size.
const RECORD: usize = 10 << 10;

/// The sources as a tar, the same bytes for the same sources: at most `limit` bytes
/// of files, every path below the folder it is unpacked in.
pub(super) fn pack(sources: &Sources, limit: u64) -> Result<Vec<u8>, BuildError> {
    check(sources, limit)?;
    let files = sources
        .files
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_slice()));
    tar(files).map_err(|error| BuildError::machine("pack the sources", error))
}

/// Whether the sources are fit to be written out: bounded, and nothing in them
/// reaches beyond their folder.
pub(super) fn check(sources: &Sources, limit: u64) -> Result<(), BuildError> {
    let refuse = |reason: String| {
        Err(BuildError::Sources {
            component_name: sources.component_name.clone(),
            reason,
        })
    };
    let bytes: usize = sources.files.values().map(Vec::len).sum();
    if bytes as u64 > limit {
        return refuse(format!("they are {bytes} bytes, and a build takes {limit} at most"));
    }
    if sources.files.len() > FILES {
        return refuse(format!(
            "they are {} files, and a build takes {FILES} at most; embed fewer, or one archive of them",
            sources.files.len()
        ));
    }
    for path in sources.files.keys() {
        let below = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        if path.is_empty() || path.contains(['\\', '\0']) || !below(Path::new(path)) {
            return refuse(format!("the path {path:?} does not stay in their folder"));
        }
    }
    let go_mod = sources.files.get("go.mod").map(|text| String::from_utf8_lossy(text));
    for line in go_mod.iter().flat_map(|text| text.lines()) {
        let line = line.split("//").next().unwrap_or_default();
        if let Some((_, to)) = line.split_once("=>")
            && let to = to.trim_start().trim_start_matches(['"', '`'])
            && (to.starts_with(['/', '\\']) || to.split(['/', '\\', ' ', '"', '`']).any(|part| part == ".."))
        {
            return refuse(format!(
                "go.mod replaces a module by what is outside of their folder: {}",
                line.trim()
            ));
        }
    }
    Ok(())
}

/// A tar of files, readable by all and of no particular time.
pub(super) fn tar<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        archive.append_data(&mut header, path, content)?;
    }
    let mut bytes = archive.into_inner()?;
    bytes.resize(bytes.len().next_multiple_of(RECORD), 0);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        Sources {
            component_name: "to_kelvin".to_owned(),
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
                .collect(),
            code: "tasks/convert.go".to_owned(),
            ..Sources::default()
        }
    }

    #[test]
    fn equal_sources_are_equal_bytes() {
        let files = [("go.mod", "module task\n"), ("internal/abi/abi.go", "package abi\n")];
        let packed = pack(&sources(&files), 1000).unwrap();
        assert_eq!(packed, pack(&sources(&files), 1000).unwrap());
        assert_eq!(packed.len() % RECORD, 0);
        let mut archive = tar::Archive::new(packed.as_slice());
        let paths: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().into_owned())
            .collect();
        assert_eq!(paths, [Path::new("go.mod"), Path::new("internal/abi/abi.go")]);
    }

    #[test]
    fn nothing_reaches_beyond_the_folder() {
        for path in ["../x.go", "/etc/passwd", "a/../../x", "./x", "", "a\\..\\b"] {
            assert!(pack(&sources(&[(path, "")]), 1000).is_err(), "{path:?}");
        }
        for go_mod in [
            "module task\nreplace example.org/m => ../../other\n",
            "module task\nreplace (\n\texample.org/m v1.0.0 => /etc\n)\n",
            "module task\nreplace example.org/m => \"../x\"\n",
            "module task\nreplace example.org/m => ./internal/../../x\n",
        ] {
            assert!(pack(&sources(&[("go.mod", go_mod)]), 1000).is_err(), "{go_mod}");
        }
        let inside =
            "module task\nreplace example.org/m => ./internal/m\nreplace example.org/n => example.org/o v1.0.0\n";
        assert!(pack(&sources(&[("go.mod", inside)]), 1000).is_ok());
    }

    #[test]
    fn too_much_is_refused_with_both_numbers() {
        insta::assert_snapshot!(
            pack(&sources(&[("task.go", "0123456789")]), 9).unwrap_err(),
            @"the sources of `to_kelvin` cannot be built: they are 10 bytes, and a build takes 9 at most"
        );
    }
}
