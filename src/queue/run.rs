//! A run and what is known of its tasks.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::RunState;
use crate::report::{TargetState, TaskState};

/// What a delivery, or the reconcile, asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// The forge's name, `github` or `gitea`: repositories of two forges may be
    /// named alike.
    pub forge: String,
    /// `owner/name` as configured.
    pub repository: String,
    /// The delivery's id; none where no forge sent anything.
    pub delivery: Option<String>,
    /// Without `refs/heads/`.
    pub branch: String,
    /// 40 or 64 hexadecimal digits.
    pub commit: String,
    /// Where it is deployed to.
    pub environment: String,
    /// The first line of the commit's message.
    pub title: Option<String>,
}

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// A UUID of version 7. Opaque: the order of runs is not the order of ids.
    pub id: String,
    /// `github` or `gitea`.
    pub forge: String,
    /// `owner/name`.
    pub repository: String,
    /// Without `refs/heads/`.
    pub branch: String,
    /// 40 or 64 hexadecimal digits.
    pub commit: String,
    /// The first line of the commit's message.
    pub title: Option<String>,
    /// Where it is deployed to.
    pub environment: String,
    /// Where it stands.
    pub state: RunState,
    /// Why, for people, where there is something to say.
    pub reason: Option<String>,
    /// Its tasks as far as they are known.
    pub tasks: Vec<TaskRecord>,
    /// How often it was begun.
    pub attempts: u32,
    /// How often it was put off since something around it was away.
    pub postponed: u32,
    /// When it was first put off.
    pub postponed_since: Option<OffsetDateTime>,
    /// While it is put off: when it is begun again, at the earliest.
    pub not_before: Option<OffsetDateTime>,
    /// True when somebody asked to cancel it while it runs.
    pub cancel_requested: bool,
    /// When it was accepted.
    pub created_at: OffsetDateTime,
    /// When it was first begun.
    pub started_at: Option<OffsetDateTime>,
    /// When it came into a final state.
    pub finished_at: Option<OffsetDateTime>,
}

/// What a run did for one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The task's `component_name`.
    pub component_name: String,
    /// `new`, `changed`, `unchanged`, `removed` or `renamed`.
    pub change: String,
    /// Why it is in or out, for people.
    pub reasons: Vec<String>,
    /// Where it stands.
    pub state: TaskState,
    /// The image's reference, once it is published.
    pub reference: Option<String>,
    /// Where it stands on each of its targets.
    pub targets: Vec<TargetRecord>,
}

/// What a run did on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRecord {
    /// The target's name, a host-type label.
    pub name: String,
    /// Where it stands.
    pub state: TargetState,
    /// Where an HTTP task listens there.
    pub address: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// A final state.
    pub state: RunState,
    /// Why, for people: it is shown on the page.
    pub reason: Option<String>,
    /// Its tasks. Where there are none, those that were recorded stay.
    pub tasks: Vec<TaskRecord>,
}
