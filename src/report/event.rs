//! What a run says about itself.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Mask;

/// A stage of a run, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Getting the commit.
    Fetch,
    /// Deciding what to do.
    Plan,
    /// Writing Go projects and manifests.
    Generate,
    /// Compiling to a component.
    Build,
    /// Running the cases that stand beside the tasks.
    Test,
    /// Pushing to the registry.
    Publish,
    /// Making it run.
    Deploy,
    /// Undeploying.
    Remove,
    /// All of them: what came of the run.
    Run,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetch => "fetch",
            Self::Plan => "plan",
            Self::Generate => "generate",
            Self::Build => "build",
            Self::Test => "test",
            Self::Publish => "publish",
            Self::Deploy => "deploy",
            Self::Remove => "remove",
            Self::Run => "run",
        })
    }
}

/// How a task ended, or where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Planned, nothing done yet.
    Pending,
    /// All that was asked for is done.
    Success,
    /// Its own fault: code that does not compile, a deployment that fails.
    Failure,
    /// Not its fault: a part of the platform that does not answer.
    Error,
    /// Left out, since another task of the run failed.
    Skipped,
}

/// Where a task stands on one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetState {
    /// The host inventory shows it.
    Running,
    /// No host of this target lives; it starts when one comes.
    Waiting,
    /// It was to run and does not.
    Failed,
    /// It was taken away.
    Removed,
}

impl TaskState {
    const ALL: [Self; 5] = [Self::Pending, Self::Success, Self::Failure, Self::Error, Self::Skipped];

    /// As it is written in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for TargetState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Removed => "removed",
        })
    }
}

/// One thing that happened in a run.
#[derive(Clone, Debug)]
pub enum Event {
    /// A stage begins, for one task or (without one) for the run.
    Started {
        /// The `component_name`, or none for the whole run.
        task: Option<String>,
        /// Which stage.
        stage: Stage,
    },
    /// A line that a stage prints: a compiler's, a registry's, our own.
    Line {
        /// The `component_name`, or none for the whole run.
        task: Option<String>,
        /// Which stage.
        stage: Stage,
        /// One line without its end.
        text: String,
    },
    /// A stage ended well.
    Finished {
        /// The `component_name`, or none for the whole run.
        task: Option<String>,
        /// Which stage.
        stage: Stage,
        /// What came of it, for people: `2.6 MB`, `edge running, cloud waiting`.
        detail: String,
        /// How long it took.
        took: Duration,
    },
    /// A stage ended badly.
    Failed {
        /// The `component_name`, or none for the whole run.
        task: Option<String>,
        /// Which stage.
        stage: Stage,
        /// What is wrong, where, and what to do.
        reason: String,
    },
    /// How many projects the commit has, planned or not.
    Projects(usize),
    /// The plan has this task.
    Planned(PlannedEvent),
    /// A task got as far as it will.
    Ended {
        /// The project's folder, `.` for the top.
        project: String,
        /// The `component_name`.
        task: String,
        /// How it ended.
        state: TaskState,
        /// For people, in a line: where it runs, or why it does not.
        summary: String,
    },
}

impl Event {
    /// The same with the secrets hidden.
    pub(super) fn masked(mut self, mask: &Mask) -> Self {
        let hide = |text: &mut String| {
            if let Cow::Owned(hidden) = mask.hide(text) {
                *text = hidden;
            }
        };
        match &mut self {
            Self::Started { .. } | Self::Projects(_) => {}
            Self::Line { text, .. } => hide(text),
            Self::Finished { detail, .. } => hide(detail),
            Self::Failed { reason, .. } => hide(reason),
            Self::Planned(planned) => planned.reasons.iter_mut().for_each(hide),
            Self::Ended { summary, .. } => hide(summary),
        }
        self
    }
}

/// One task of a plan.
#[derive(Clone, Debug)]
pub struct PlannedEvent {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The `component_name`.
    pub task: String,
    /// `new`, `changed`, `unchanged`, `removed` or `renamed`.
    pub change: String,
    /// Why, for people.
    pub reasons: Vec<String>,
    /// Whether anything is done about it.
    pub affected: bool,
}
