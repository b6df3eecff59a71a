//! What was deployed of each project when it was found to be as it is wanted.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::deploy::Standing;

/// The notes of one environment, in a file of their own.
#[derive(Default)]
pub(super) struct Notes {
    file: PathBuf,
    kept: Kept,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// What else decided. Notes of other surroundings are of no use.
    surroundings: String,
    /// Project → git's names of its content, and the seal of what was deployed.
    projects: BTreeMap<String, (String, String)>,
}

impl Notes {
    /// Opens the notes of an environment in `folder`. What cannot be read is not there.
    pub(super) fn open(folder: &Path, environment: &str, surroundings: String) -> Self {
        let mut name = hex::encode(Sha256::digest(environment));
        name.truncate(16);
        let file = folder.join(format!("pelato-settled-{name}.json"));
        let kept = fs::read(&file).ok();
        let kept = kept.and_then(|text| serde_json::from_slice(&text).ok());
        let kept = kept.filter(|kept: &Kept| kept.surroundings == surroundings);
        Self {
            kept: kept.unwrap_or_else(|| Kept {
                surroundings,
                projects: BTreeMap::new(),
            }),
            file,
        }
    }

    /// A digest of all that a plan is made from, of all applications of a project.
    pub(super) fn seal(there: &[Standing]) -> String {
        let mut digest = Sha256::new();
        for standing in there {
            digest.update(standing.seal());
        }
        hex::encode(digest.finalize())
    }

    pub(super) fn has(&self, project: &str, content: &str, seal: &str) -> bool {
        let noted = self.kept.projects.get(project);
        noted.is_some_and(|(was, sealed)| was == content && sealed == seal)
    }

    pub(super) fn add(&mut self, project: &str, content: &str, seal: &str) {
        let noted = (content.to_owned(), seal.to_owned());
        self.kept.projects.insert(project.to_owned(), noted);
    }

    /// Keeps what `now` has, and nothing else. Without it the next run takes longer, and
    /// is as right.
    pub(super) fn replace(&mut self, now: Self) {
        if self.kept.projects == now.kept.projects {
            return;
        }
        self.kept.projects = now.kept.projects;
        if let Err(error) = self.keep() {
            tracing::warn!(%error, file = %self.file.display(), "what is deployed could not be noted");
        }
    }

    fn keep(&self) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::with_prefix_in(".settled-", folder)?;
        file.write_all(&serde_json::to_vec(&self.kept)?)?;
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
        let open = |surroundings: &str| Notes::open(dir.path(), "a/b", surroundings.into());
        let seal = Notes::seal(&[standing("1", "c1", true)]);
        let mut now = Notes::default();
        now.add("p", "content", &seal);
        open("around").replace(now);
        let notes = open("around");
        assert!(notes.has("p", "content", &Notes::seal(&[standing("1", "c2", true)])));
        assert!(!notes.has("p", "other", &seal));
        assert!(!notes.has("q", "content", &seal));
        assert!(!notes.has("p", "content", &Notes::seal(&[standing("2", "c1", true)])));
        assert!(!notes.has("p", "content", &Notes::seal(&[])));
        let down = standing("1", "c1", false);
        assert!(!notes.has("p", "content", &Notes::seal(&[down])));
        assert!(!open("elsewhere").has("p", "content", &seal));
        assert!(!Notes::open(dir.path(), "other", "around".into()).has("p", "content", &seal));
    }
}
