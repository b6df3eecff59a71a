//! What was found out about one part.

use std::fmt;

use serde::Serialize;

/// Something that work depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// `workflow.yaml` and the code beside it.
    Workflow,
    /// This machine's Go.
    Go,
    /// The engine in whose containers tasks are compiled.
    Docker,
    /// Where artifacts are kept.
    Registry,
    /// The server that the lattice talks over.
    Nats,
    /// What starts and stops applications.
    Wadm,
    /// What runs them.
    Hosts,
    /// What tasks write rows to.
    Database,
    /// The process of local deployments.
    LocalHost,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Workflow => "workflow",
            Self::Go => "Go",
            Self::Docker => "Docker",
            Self::Registry => "registry",
            Self::Nats => "NATS",
            Self::Wadm => "wadm",
            Self::Hosts => "hosts",
            Self::Database => "database",
            Self::LocalHost => "local host",
        })
    }
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Work goes on without it.
    Note,
    /// Work stops here.
    Wrong,
}

/// What was found out about one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which.
    pub part: Part,
    /// How it is.
    pub health: Health,
    /// What was found, in a sentence; where something is wrong, what to do about it.
    pub text: String,
}

impl Finding {
    pub(super) fn ok(part: Part, text: impl Into<String>) -> Self {
        Self::of(part, Health::Ok, text)
    }

    pub(super) fn note(part: Part, text: impl Into<String>) -> Self {
        Self::of(part, Health::Note, text)
    }

    pub(super) fn wrong(part: Part, text: impl fmt::Display) -> Self {
        Self::of(part, Health::Wrong, text.to_string())
    }

    fn of(part: Part, health: Health, text: impl Into<String>) -> Self {
        Self {
            part,
            health,
            text: text.into(),
        }
    }
}
