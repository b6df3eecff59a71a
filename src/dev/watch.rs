//! Files that change → a wish to look again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long files are to be at rest: an editor writes, renames and touches one
/// file within a few milliseconds.
const REST: Duration = Duration::from_millis(15);

/// The files cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {path}: {reason}")]
pub struct WatchError {
    path: PathBuf,
    reason: String,
}

/// Watches the files of projects: `workflow.yaml` and what is below `tasks/`.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    changed: mpsc::Receiver<()>,
    folders: BTreeSet<PathBuf>,
    /// A folder of which everything counts.
    templates: Option<PathBuf>,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    /// Watches the projects in `folders`, and all that is in the folder `templates`.
    ///
    /// # Errors
    /// Where the system does not allow it, as when it watches too many files already.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>, templates: Option<&Path>) -> Result<Self, WatchError> {
        let templates = templates.and_then(|folder| folder.canonicalize().ok());
        let (sender, changed) = mpsc::channel(1);
        let folders: BTreeSet<PathBuf> = folders.into_iter().collect();
        let (all, whole) = (folders.clone(), templates.clone());
        let concerns =
            move |path: &Path| concerns(path, &all) || whole.as_ref().is_some_and(|whole| path.starts_with(whole));
        let hear = move |event: notify::Result<notify::Event>| {
            let concerns = match event {
                Ok(event) => {
                    !matches!(event.kind, EventKind::Access(_))
                        && (event.need_rescan() || event.paths.iter().any(|path| concerns(path)))
                }
                // What was missed may concern us.
                Err(_) => true,
            };
            if concerns {
                // A full channel has the wish already.
                let _ = sender.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(hear).map_err(|error| WatchError {
            path: PathBuf::from("files"),
            reason: error.to_string(),
        })?;
        let mut watch = Self {
            watcher,
            changed,
            folders,
            templates,
            watched: BTreeSet::new(),
        };
        watch.look()?;
        Ok(watch)
    }

    /// Watches what is there by now: `tasks` may have been made, or made anew.
    fn look(&mut self) -> Result<(), WatchError> {
        let tops = self
            .folders
            .iter()
            .map(|folder| (folder.clone(), RecursiveMode::NonRecursive));
        let tasks = self
            .folders
            .iter()
            .map(|folder| (folder.join("tasks"), RecursiveMode::Recursive));
        let templates = self
            .templates
            .iter()
            .map(|folder| (folder.clone(), RecursiveMode::Recursive));
        let all: Vec<_> = tops.chain(tasks).chain(templates).collect();
        for (path, mode) in all {
            if !path.is_dir() {
                self.watched.remove(&path);
            } else if !self.watched.contains(&path) {
                self.watcher.watch(&path, mode).map_err(|error| WatchError {
                    path: path.clone(),
                    reason: error.to_string(),
                })?;
                self.watched.insert(path);
            }
        }
        Ok(())
    }

    /// Waits until a file has changed and all are at rest.
    pub async fn changed(&mut self) {
        // The sender lives in the watcher, which is ours.
        let _ = self.changed.recv().await;
        while let Ok(Some(())) = timeout(REST, self.changed.recv()).await {}
        // Where it fails, changes of the folder's other files still come through.
        let _ = self.look();
    }
}

/// Whether a project has the file.
fn concerns(path: &Path, folders: &BTreeSet<PathBuf>) -> bool {
    folders.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_ok_and(|inside| inside == Path::new("workflow.yaml") || inside.starts_with("tasks"))
    })
}
