//! What was deployed of each project when it was found to be as it is wanted.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::deploy::Standing;

/// A digest of a project's folder, of git's names of its content, and of all that a plan is
/// made from in what is deployed of it.
pub(super) type Seal = [u8; 32];

/// The notes of one environment, in a file of their own: a digest of what else decided
/// (notes of other surroundings are of no use), and a seal for each project.
pub(super) struct Notes {
    file: PathBuf,
    surroundings: [u8; 32],
    kept: HashSet<Seal>,
}

impl Notes {
    /// Opens the notes of an environment in `folder`. What cannot be read is not there.
    pub(super) fn open(folder: &Path, environment: &str, surroundings: [u8; 32]) -> Self {
        let mut name = hex::encode(Sha256::digest(environment));
        name.truncate(16);
        let file = folder.join(format!("pelato-settled-{name}"));
        let bytes = fs::read(&file).unwrap_or_default();
        let (seals, rest) = bytes.as_chunks::<32>();
        let seals = match seals.split_first() {
            Some((first, seals)) if *first == surroundings && rest.is_empty() => seals,
            _ => &[],
        };
        Self {
            kept: seals.iter().copied().collect(),
            surroundings,
            file,
        }
    }

    /// Of a project's folder, its content, and its applications in the order of their names.
    pub(super) fn seal<'s>(project: &str, content: &str, there: impl Iterator<Item = &'s Standing>) -> Seal {
        let mut digest = Sha256::new();
        for part in [project, content] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        for standing in there {
            digest.update(standing.seal());
        }
        digest.finalize().into()
    }

    /// Whether a project was found so.
    pub(super) fn has(&self, seal: &Seal) -> bool {
        self.kept.contains(seal)
    }

    /// Keeps `now`, and nothing else. Without it the next run takes longer, and is as right.
    pub(super) fn replace(&mut self, now: Vec<Seal>) {
        // A seal has its project's folder in it: there are no two alike.
        if now.len() == self.kept.len() && now.iter().all(|seal| self.kept.contains(seal)) {
            return;
        }
        if let Err(error) = self.keep(&now) {
            tracing::warn!(%error, file = %self.file.display(), "what is deployed could not be noted");
        }
        self.kept = now.into_iter().collect();
    }

    fn keep(&self, now: &[Seal]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::with_prefix_in(".settled-", folder)?;
        let bytes = [&[self.surroundings], now].concat();
        file.write_all(bytes.as_flattened())?;
        file.persist(&self.file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::Deployed;
    use crate::report::TargetState;

    fn standing(fingerprint: &str, commit: &str, deployed: bool) -> Standing {
        let annotations = [("pelato.fingerprint", fingerprint), ("pelato.commit", commit)];
        let deployed = Deployed {
            application: "a-edge".into(),
            version: "1".into(),
            deployed,
            annotations: annotations.map(|(key, value)| (key.into(), value.into())).into(),
            document: serde_json::Value::Null,
        };
        Standing::of(deployed, TargetState::Running)
    }

    #[test]
    fn a_note_is_of_one_content_one_seal_and_one_surrounding() {
        let dir = tempfile::tempdir().unwrap();
        let open = |surroundings: u8| Notes::open(dir.path(), "a/b", [surroundings; 32]);
        let seal = |project: &str, content: &str, there: &[Standing]| Notes::seal(project, content, there.iter());
        let there = [standing("1", "c1", true)];
        let known = seal("p", "content", &there);
        open(1).replace(vec![known]);
        let notes = open(1);
        assert!(notes.has(&seal("p", "content", &[standing("1", "c2", true)])));
        assert!(!notes.has(&seal("p", "other", &there)));
        assert!(!notes.has(&seal("q", "content", &there)));
        assert!(!notes.has(&seal("p", "content", &[standing("2", "c1", true)])));
        assert!(!notes.has(&seal("p", "content", &[])));
        assert!(!notes.has(&seal("p", "content", &[standing("1", "c1", false)])));
        assert!(!open(2).has(&known));
        assert!(!Notes::open(dir.path(), "other", [1; 32]).has(&known));
    }

    #[test]
    fn only_the_last_notes_count_and_only_whole() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Notes::open(dir.path(), "a", [1; 32]);
        open().replace(vec![[2; 32], [3; 32]]);
        open().replace(vec![[4; 32], [3; 32]]);
        let notes = open();
        assert!(notes.has(&[4; 32]) && notes.has(&[3; 32]) && !notes.has(&[2; 32]) && !notes.has(&[1; 32]));
        let file = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&file).unwrap();
        bytes.pop();
        fs::write(&file, bytes).unwrap();
        assert!(!open().has(&[4; 32]));
    }
}
