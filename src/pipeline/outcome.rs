//! What came of a run.

use std::time::Duration;

use serde::Serialize;

use super::{Away, Cause};
use crate::deploy::TargetOutcome;
use crate::plan::{Change, PlannedTask};
use crate::report::{TargetState, TaskState};

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Projects in the order of their paths, their tasks in the workflow's.
    pub tasks: Vec<TaskOutcome>,
    /// How long the stages took.
    pub times: Times,
}

impl Outcome {
    /// The tasks that did not get through.
    pub fn failed(&self) -> impl Iterator<Item = &TaskOutcome> {
        self.tasks
            .iter()
            .filter(|task| matches!(task.state, TaskState::Failure | TaskState::Error))
    }

    /// Whether every task got through.
    pub fn is_success(&self) -> bool {
        self.failed().next().is_none()
    }

    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        self.tasks
            .iter()
            .all(|task| !task.built && !task.published && !task.deployed)
    }

    /// One line for people: `failed: filter (…); 2 built, 1 unchanged`. What failed
    /// comes first, since a forge cuts the line.
    pub fn summary(&self) -> String {
        let count = |what: fn(&TaskOutcome) -> bool| self.tasks.iter().filter(|task| what(task)).count();
        let parts: Vec<String> = [
            (count(|task| task.built), "built"),
            (count(|task| task.published), "published"),
            (
                count(|task| task.deployed && task.change != Change::Removed),
                "deployed",
            ),
            (count(|task| task.deployed && task.change == Change::Removed), "removed"),
            (count(TaskOutcome::is_kept), "kept"),
            (
                count(|task| task.change == Change::Unchanged && task.state == TaskState::Success),
                "unchanged",
            ),
            (count(|task| task.state == TaskState::Skipped), "left out"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        let waiting: Vec<String> = self
            .tasks
            .iter()
            .flat_map(|task| task.targets.iter().map(move |target| (task, target)))
            .filter(|(_, target)| target.state == TargetState::Waiting)
            .map(|(task, target)| format!("{} on {}", task.component_name, target.target))
            .collect();
        let failed: Vec<String> = self
            .failed()
            .map(|task| {
                let reason = task.brief.as_deref().unwrap_or("no reason given");
                format!("{} ({reason})", task.component_name)
            })
            .collect();
        let mut said = Vec::new();
        if !failed.is_empty() {
            said.push(format!("failed: {}", failed.join(", ")));
        }
        if !parts.is_empty() {
            said.push(parts.join(", "));
        } else if failed.is_empty() {
            said.push("nothing is deployed".to_owned());
        }
        if !waiting.is_empty() {
            said.push(format!("waiting for a host: {}", waiting.join(", ")));
        }
        said.join("; ")
    }
}

/// What came of one task.
#[derive(Clone, Debug)]
pub struct TaskOutcome {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The task.
    pub component_name: String,
    /// What was the matter.
    pub change: Change,
    /// Why it was in or out.
    pub reasons: Vec<String>,
    /// How it ended.
    pub state: TaskState,
    /// Why it did not get through, whole.
    pub reason: Option<String>,
    /// The same in a line.
    pub brief: Option<String>,
    /// What is away, where it may get through later.
    pub away: Option<Away>,
    /// Whether it was compiled.
    pub built: bool,
    /// Whether anything was pushed.
    pub published: bool,
    /// Whether anything was sent to the lattice.
    pub deployed: bool,
    /// The image, pinned.
    pub reference: Option<String>,
    /// Where it runs.
    pub targets: Vec<TargetOutcome>,
}

impl TaskOutcome {
    /// It did not get through.
    pub(super) fn fail(&mut self, cause: &Cause) {
        self.state = cause.state;
        self.reason = Some(cause.reason.clone());
        self.brief = Some(cause.brief.clone());
        self.away = cause.away;
    }

    /// Whether it is no longer wanted, and was left running.
    fn is_kept(&self) -> bool {
        self.change == Change::Removed && self.state == TaskState::Success && self.targets.is_empty()
    }

    pub(super) fn pending(project: &str, planned: &PlannedTask) -> Self {
        Self {
            project: project.to_owned(),
            component_name: planned.component_name.clone(),
            change: planned.change,
            reasons: planned.reasons.clone(),
            state: TaskState::Pending,
            reason: None,
            brief: None,
            away: None,
            built: false,
            published: false,
            deployed: false,
            reference: None,
            targets: Vec::new(),
        }
    }
}

impl TaskOutcome {
    /// How it ended, in a line: why it failed, or where it runs.
    pub fn summary(&self) -> String {
        match &self.brief {
            Some(brief) => brief.clone(),
            None if self.is_kept() => "kept".to_owned(),
            None if self.targets.is_empty() => self.change.to_string(),
            None => self
                .targets
                .iter()
                .map(|target| format!("{} {}", target.target, target.state))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// How long the stages took, as `metrics.yaml` has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// Reading, checking and rendering.
    pub generate: Duration,
    /// Making the build image; zero when it is there.
    pub image: Duration,
    /// Compiling and publishing.
    pub build: Duration,
    /// Deploying.
    pub deploy: Duration,
    /// From the beginning to the end.
    pub total: Duration,
}
