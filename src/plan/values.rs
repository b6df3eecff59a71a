//! What goes into a plan and what comes out of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Note;

/// A task as the commit wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The task.
    pub component_name: String,
    /// The author's file, `convert.go`.
    pub code: String,
    /// The template's name.
    pub template: String,
    /// `sha256:` and 64 hex digits: of all that the component is built from.
    pub fingerprint: String,
    /// What the fingerprint was made from.
    pub note: Note,
    /// In the workflow's order.
    pub targets: Vec<WantedTarget>,
}

/// A task on one target as the commit wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedTarget {
    /// The target.
    pub target: String,
    /// The application.
    pub application: String,
    /// Digest of all that is configured and not built.
    pub settings: String,
}

/// An application that is on the lattice and belongs to the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The application.
    pub application: String,
    /// The task that it runs.
    pub component_name: String,
    /// Where.
    pub target: String,
    /// Whether it is deployed, or only known to wadm.
    pub deployed: bool,
    /// Of what it was built from.
    pub fingerprint: String,
    /// What the fingerprint was made from.
    pub note: Note,
}

/// What a commit is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base<'b> {
    /// What is deployed in the environment of that name.
    Environment(&'b str),
    /// A revision of the repository, as the user named it.
    Revision(&'b str),
}

/// What becomes of applications that the commit no longer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftovers {
    /// They go.
    Remove,
    /// They stay: `--no-prune`.
    Keep,
}

/// What a run does about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Not deployed in this environment yet.
    New,
    /// Deployed, and now different.
    Changed,
    /// Deployed as it is wanted.
    Unchanged,
    /// Deployed, and no longer wanted.
    Removed,
    /// Deployed under another name.
    Renamed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
        })
    }
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// The task.
    pub component_name: String,
    /// Its name before, when it is renamed.
    pub previous_name: Option<String>,
    /// What is the matter.
    pub change: Change,
    /// Why, for people.
    pub reasons: Vec<String>,
    /// Whether its component has to be another one than what is deployed.
    pub build: bool,
    /// Whether anything is sent to the lattice.
    pub deploy: bool,
    /// Where it runs.
    pub targets: Vec<String>,
    /// Of what it is built from.
    pub fingerprint: String,
}
