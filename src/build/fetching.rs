//! Which modules a run fetches: each set of them once.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::recipe::Modules;
use crate::generate::Sources;

/// Names what a task's modules are: equal for two tasks that require the same.
type Set = [u8; 32];

/// The sets of modules that the tasks of a run require.
pub(super) struct Fetching {
    /// Whether a set is there. Locked while somebody fetches it.
    sets: HashMap<Set, Mutex<bool>>,
    tasks: usize,
}

impl Fetching {
    pub(super) fn of(tasks: &[&Sources]) -> Self {
        let sets: Vec<Set> = tasks.iter().filter_map(|task| set(task)).collect();
        Self {
            tasks: sets.len(),
            sets: sets.into_iter().map(|set| (set, Mutex::new(false))).collect(),
        }
    }

    /// How many tasks require modules.
    pub(super) fn tasks(&self) -> usize {
        self.tasks
    }

    /// How many sets there are.
    pub(super) fn distinct(&self) -> usize {
        self.sets.len()
    }

    /// Nothing is there any more: the cache was emptied. To be called while no task of the
    /// run is built.
    pub(super) async fn forget(&self) {
        for set in self.sets.values() {
            *set.lock().await = false;
        }
    }

    /// Whether the modules of a task are there; none where it requires none. Who holds it
    /// while they are not there has to fetch them.
    pub(super) fn wanted(&self, task: &Sources) -> Option<&Mutex<bool>> {
        self.sets.get(&set(task)?)
    }
}

/// All that `go mod download` reads: each `go.mod` and `go.sum`, since one may be
/// replaced by a folder of the sources.
fn set(task: &Sources) -> Option<Set> {
    if Modules::of(&task.files) == Modules::None {
        return None;
    }
    let mut hash = Sha256::new();
    let read = |path: &str| matches!(path.rsplit('/').next(), Some("go.mod" | "go.sum"));
    for (path, content) in task.files.iter().filter(|(path, _)| read(path)) {
        for part in [path.as_bytes(), content.as_slice()] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
    }
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(files: &[(&str, &str)]) -> Sources {
        Sources {
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
                .collect(),
            ..Sources::default()
        }
    }

    #[test]
    fn tasks_that_require_the_same_share_a_set() {
        let go_mod = "module task\n\nrequire example.org/m v1.0.0\n";
        let one = task(&[("go.mod", go_mod), ("task.go", "package main")]);
        let other = task(&[("go.mod", go_mod), ("task.go", "package main // another")]);
        let summed = task(&[("go.mod", go_mod), ("go.sum", "")]);
        let replaced = task(&[("go.mod", go_mod), ("internal/m/go.mod", "module example.org/m\n")]);
        let none = task(&[("go.mod", "module task\n")]);
        let fetching = Fetching::of(&[&one, &other, &summed, &replaced, &none]);
        assert_eq!((fetching.tasks(), fetching.distinct()), (4, 3));
        assert!(std::ptr::eq(
            fetching.wanted(&one).unwrap(),
            fetching.wanted(&other).unwrap()
        ));
        assert!(fetching.wanted(&none).is_none());
    }
}
