//! The instants at which the runner is killed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bollard::models::ContainerSummary;

use crate::gate::{Hold, When};
use crate::go::HeldGo;
use crate::host::Host;
use crate::tiny_task::docker::labelled;
use crate::world::World;

/// An instant of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Point {
    /// The answer 202 is there.
    Accepted,
    /// A part holds its answer to what has these words in it.
    Held(When, &'static [&'static str]),
    /// Go holds a compilation, before it or after it.
    Go(&'static str),
    /// A component was handed to the host, which has not said yet that it runs.
    Told,
    /// The host has written something down, and the runner may not have heard.
    Written,
    /// A container of it is there.
    Container,
    /// Some time after the run began, or after the restart: in 1/1000 of what a run takes.
    Random,
}

const REFS: &[&str] = &["git GET", "info/refs"];
const PACK: &[&str] = &["git POST", "git-upload-pack"];
const BEGUN: &[&str] = &["forge pelato: pending"];
const PLANNED: &[&str] = &["forge pelato/", ": pending"];
const ENDED_ONE: &[&str] = &["forge pelato/", ": success"];
const ENDED: &[&str] = &["forge pelato: success"];
const LOOKED_UP: &[&str] = &["registry", "/manifests/"];
const UPLOAD: &[&str] = &["registry POST", "/blobs/uploads"];
const UPLOADED: &[&str] = &["registry PUT", "/blobs/uploads"];
const TAGGED: &[&str] = &["registry PUT", "/manifests/"];
const PULLED: &[&str] = &["registry GET", "/blobs/"];

/// In the order of a run.
pub(crate) const POINTS: [Point; 31] = [
    Point::Accepted,
    Point::Held(When::Asked, BEGUN),
    Point::Held(When::Done, BEGUN),
    Point::Held(When::Asked, REFS),
    Point::Held(When::Half, REFS),
    Point::Held(When::Done, REFS),
    Point::Held(When::Asked, PACK),
    Point::Held(When::Half, PACK),
    Point::Held(When::Done, PACK),
    Point::Held(When::Asked, PLANNED),
    Point::Held(When::Done, PLANNED),
    Point::Held(When::Asked, LOOKED_UP),
    Point::Held(When::Done, LOOKED_UP),
    Point::Go("before"),
    Point::Go("after"),
    Point::Held(When::Asked, UPLOAD),
    Point::Held(When::Done, UPLOAD),
    Point::Held(When::Asked, UPLOADED),
    Point::Held(When::Done, UPLOADED),
    Point::Held(When::Asked, TAGGED),
    Point::Held(When::Done, TAGGED),
    Point::Held(When::Asked, PULLED),
    Point::Held(When::Half, PULLED),
    Point::Held(When::Done, PULLED),
    Point::Told,
    Point::Written,
    Point::Held(When::Asked, ENDED_ONE),
    Point::Held(When::Done, ENDED_ONE),
    Point::Held(When::Asked, ENDED),
    Point::Held(When::Done, ENDED),
    Point::Random,
];

impl Point {
    /// A task was built, and the forge is told that it runs.
    pub(crate) const BUILT: Self = Self::Held(When::Asked, ENDED_ONE);

    /// Whether a task has to be built to get there.
    pub(crate) fn is_of_a_build(self) -> bool {
        match self {
            Self::Go(_) | Self::Container | Self::Told => true,
            Self::Held(_, words) => [UPLOAD, UPLOADED].contains(&words),
            _ => false,
        }
    }

    /// Whether the forge is told of the end.
    pub(crate) fn is_of_the_end(self) -> bool {
        matches!(self, Self::Held(_, words) if words == ENDED)
    }

    /// Whether a later attempt comes to it, whatever the one before has done.
    pub(crate) fn comes_again(self) -> bool {
        match self {
            Self::Held(_, words) => [REFS, ENDED].contains(&words),
            other => matches!(other, Self::Random),
        }
    }

    /// Whether a registry has to be there.
    pub(crate) fn is_of_a_registry(self) -> bool {
        match self {
            Self::Held(_, words) => words[0].starts_with("registry"),
            _ => false,
        }
    }
}

/// An instant that is waited for. Dropped, all goes on.
pub(crate) enum Waiting {
    Now,
    Gate(Hold),
    Go(HeldGo),
    Told(Arc<Host>),
    Written(Arc<Host>, Vec<Option<SystemTime>>),
    /// Of whoever is in this folder.
    Container(PathBuf),
    After(Duration),
}

impl World {
    /// Prepares for the instant, before what leads there begins.
    pub(crate) fn prepare(&self, point: Point, random: Duration) -> Waiting {
        let having = |words: &'static [&'static str]| move |asked: &str| words.iter().all(|word| asked.contains(word));
        match point {
            Point::Accepted => Waiting::Now,
            Point::Held(when, words) => Waiting::Gate(self.gate.hold(when, having(words))),
            Point::Go(when) => Waiting::Go(self.go.hold(when)),
            Point::Told => Waiting::Told(Arc::clone(&self.host)),
            Point::Written => Waiting::Written(Arc::clone(&self.host), written(&self.host)),
            Point::Container => Waiting::Container(self.data().join("runners")),
            Point::Random => Waiting::After(random),
        }
    }
}

/// When each application was written down.
fn written(host: &Host) -> Vec<Option<SystemTime>> {
    let folder = host.path().join("applications");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    let moment = |file: &PathBuf| std::fs::metadata(file).and_then(|data| data.modified()).ok();
    files.iter().map(moment).collect()
}

impl Waiting {
    /// Waits for it; whether it can come.
    pub(crate) async fn came(&mut self) -> bool {
        match self {
            Self::Now => true,
            Self::Gate(hold) => hold.came().await,
            Self::Go(held) => held.came().await,
            Self::After(time) => {
                tokio::time::sleep(*time).await;
                true
            }
            Self::Written(host, before) => until(|| written(host) != *before).await,
            Self::Container(runners) => {
                while containers(runners).await.is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                true
            }
            Self::Told(host) => {
                let is_new = |name: &str| name.starts_with(".fetched-");
                let handed_over = || {
                    let mut entries = std::fs::read_dir(host.path()).into_iter().flatten().flatten();
                    entries.any(|entry| is_new(&entry.file_name().to_string_lossy()))
                };
                until(handed_over).await;
                // It is told right after that, and then compiles for some time.
                tokio::time::sleep(Duration::from_millis(30)).await;
                true
            }
        }
    }
}

/// The containers of all runners that are in a folder, alive or dead.
async fn containers(runners: &Path) -> Vec<ContainerSummary> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(runners).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        all.extend(labelled(&format!("pelato.runner={name}")).await);
    }
    all
}

async fn until(is_so: impl Fn() -> bool) -> bool {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    true
}
