//! What a template says about itself in its `template.yaml`.

use serde::{Deserialize, Serialize};

use super::names;

/// The description of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSpec {
    /// What `type:` in a workflow says.
    pub name: String,
    /// Other spellings that are accepted with a note.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// A paragraph for authors.
    pub doc: String,
    /// Go signatures of `exec_task` that the template accepts.
    pub signatures: Vec<String>,
    /// The WIT world, a name within `world.wit`.
    pub world: String,
    /// Whether `source_topic` is subscribed to, so that it may hold `*` and `>`.
    pub subscribes: bool,
    /// Modules that its Go project requires, and an author's code may import. Read
    /// from `skeleton/go.mod`, not from `template.yaml`.
    #[serde(skip)]
    pub modules: Vec<String>,
    /// The files that its Go project has beside the author's. Read from the template's
    /// folder.
    #[serde(skip)]
    pub generated: Vec<String>,
    /// The keys of a task beyond `name`, `type`, `code`, `targets`,
    /// `component_name` and `version`, which every task has.
    pub keys: Vec<KeySpec>,
}

/// A key of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// As written in `workflow.yaml`.
    pub name: String,
    /// What it may hold.
    pub kind: KeyKind,
    /// Whether a task must have it.
    #[serde(default)]
    pub required: bool,
    /// What it is when it is left out.
    #[serde(default)]
    pub default: Option<String>,
    /// A sentence for authors.
    pub doc: String,
}

/// What a key may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// A NATS subject.
    Subject,
    /// `ip:port`, or a map of target to `ip:port`.
    Address,
    /// A name: letters, digits, `-`, `_`.
    Name,
    /// A SQL table, with its schema before a dot where it has one.
    Table,
    /// A column of a SQL table.
    Column,
}

impl KeyKind {
    /// As `template.yaml` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Address => "address",
            Self::Name => "name",
            Self::Table => "table",
            Self::Column => "column",
        }
    }

    /// Why a key of this kind cannot hold `text`; none where it can. `wildcards` where a
    /// subject is subscribed to.
    pub fn refuses(self, text: &str, wildcards: bool) -> Option<String> {
        match self {
            Self::Subject => names::subject(text, wildcards),
            Self::Address => names::address(text),
            Self::Name => names::label(text),
            Self::Table => names::table(text),
            Self::Column => names::column(text),
        }
    }
}
