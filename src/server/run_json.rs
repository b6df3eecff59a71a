//! The shape of a run over HTTP. The command line reads it too.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::queue::{Page, Run, RunState, TaskRecord};

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunJson {
    /// Opaque.
    pub id: String,
    /// `owner/name`.
    pub repository: String,
    /// `refs/heads/main`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// 40 or 64 hexadecimal digits.
    pub commit: String,
    /// Where it is deployed to.
    pub environment: String,
    /// Where it stands.
    pub state: RunState,
    /// Why, for people: how it ended, or what it waits for.
    #[serde(default)]
    pub reason: Option<String>,
    /// Its tasks as far as they are known.
    pub tasks: Vec<TaskRecord>,
    /// RFC 3339, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// RFC 3339, UTC: when a run that was put off is begun again, at the earliest; null
    /// where it is not put off.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub not_before: Option<OffsetDateTime>,
    /// RFC 3339, UTC; null while it is not over.
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
}

impl From<Run> for RunJson {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            repository: run.repository,
            reference: format!("refs/heads/{}", run.branch),
            commit: run.commit,
            environment: run.environment,
            state: run.state,
            reason: run.reason,
            tasks: run.tasks,
            created_at: run.created_at,
            not_before: run.not_before,
            finished_at: run.finished_at,
        }
    }
}

/// A page of runs, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsJson {
    /// Newest first.
    pub runs: Vec<RunJson>,
    /// What to hand in as `after` for the next page; null at the end.
    pub next: Option<String>,
}

impl From<Page> for RunsJson {
    fn from(page: Page) -> Self {
        Self {
            runs: page.runs.into_iter().map(RunJson::from).collect(),
            next: page.next,
        }
    }
}
