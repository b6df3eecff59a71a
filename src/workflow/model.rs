//! What a workflow says, once it was found to be right.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Address;

/// A project: a name and its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workflow {
    /// For people; may hold spaces.
    pub project_name: String,
    /// In the order in which they are written.
    pub tasks: Vec<Task>,
}

/// One function and where it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// For people; may hold spaces.
    pub name: String,
    /// Names the OCI artifact and the applications; unique in the project.
    pub component_name: String,
    /// The template's own name (an alias was resolved).
    pub template: String,
    /// The author's file, relative to `tasks/`: `convert.go`.
    pub code: String,
    /// Host-type labels, in their order, without repetition.
    pub targets: Vec<String>,
    /// The subject that the task listens on.
    pub source_topic: Option<String>,
    /// The subject that the task answers on.
    pub dest_topic: Option<String>,
    /// `x.y.z`.
    pub version: String,
    /// Where an HTTP task listens.
    pub address: Option<Address>,
    /// How many messages of it a host may work on at once; its template's number if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instances: Option<u32>,
    /// Which of its targets take messages.
    #[serde(skip_serializing_if = "Order::is_default")]
    pub placement: Order,
    /// Keys that the template declares beyond these, as text.
    pub extra: BTreeMap<String, String>,
}

/// Which of a task's targets take messages while all of them live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// All of them; one of them handles each message.
    #[default]
    All,
    /// The first that lives, in the order of `targets`. The others stand in reserve.
    Prefer,
}

impl Order {
    /// As `workflow.yaml` has them.
    pub(super) const WORDS: [&'static str; 2] = ["all", "prefer"];

    /// What a word means.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "all" => Some(Self::All),
            "prefer" => Some(Self::Prefer),
            _ => None,
        }
    }

    // serde hands over a reference.
    fn is_default(&self) -> bool {
        *self == Self::All
    }
}
