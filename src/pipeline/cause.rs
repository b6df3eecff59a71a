//! Why one task did not get through.

use std::fmt;

use super::Away;
use crate::build::BuildError;
use crate::deploy::DeployError;
use crate::publish::PublishError;
use crate::report::TaskState;
use crate::testing::ChildError;

/// Why one task did not get through, and whose fault that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// [`TaskState::Failure`] or [`TaskState::Error`].
    pub state: TaskState,
    /// For people, whole: a compiler's output among it.
    pub reason: String,
    /// The same in a line.
    pub brief: String,
    /// What is away, where the task may get through later.
    pub away: Option<Away>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl From<&BuildError> for Cause {
    fn from(error: &BuildError) -> Self {
        Self {
            brief: error.summary(),
            away: Away::build(error),
            ..Self::of(error.is_the_tasks(), error)
        }
    }
}

impl From<&PublishError> for Cause {
    fn from(error: &PublishError) -> Self {
        Self {
            away: Away::publish(error),
            ..Self::of(matches!(error, PublishError::NotAComponent { .. }), error)
        }
    }
}

impl From<&ChildError> for Cause {
    fn from(error: &ChildError) -> Self {
        Self::of(error.is_the_tasks(), error)
    }
}

impl From<&DeployError> for Cause {
    fn from(error: &DeployError) -> Self {
        let the_tasks = matches!(
            error,
            DeployError::Foreign { .. } | DeployError::Manifest { .. } | DeployError::Rejected { .. }
        );
        let away = Away::deploy(error);
        Self {
            away,
            ..Self::of(the_tasks && away.is_none(), error)
        }
    }
}

impl Cause {
    /// It is deployed and does not run.
    pub(super) fn failed(reason: String) -> Self {
        Self::new(TaskState::Failure, reason)
    }

    /// Its cases fail: the first of them in a line, and all of them.
    pub(super) fn cases(brief: String, failed: &[String]) -> Self {
        Self {
            state: TaskState::Failure,
            reason: failed.join("\n\n"),
            brief,
            away: None,
        }
    }

    /// There is nothing to deploy.
    pub(super) fn not_built() -> Self {
        Self::failed("this code is not published yet; run `pelato build`, or `pelato brush` for both".into())
    }

    /// Somebody stopped the run before it was this task's turn.
    pub(super) fn cancelled() -> Self {
        Self::new(TaskState::Error, "cancelled".into())
    }

    fn of(the_tasks: bool, error: &impl fmt::Display) -> Self {
        let state = if the_tasks {
            TaskState::Failure
        } else {
            TaskState::Error
        };
        Self::new(state, error.to_string())
    }

    fn new(state: TaskState, reason: String) -> Self {
        Self {
            state,
            brief: reason.lines().next().unwrap_or_default().to_owned(),
            reason,
            away: None,
        }
    }
}
