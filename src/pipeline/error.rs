//! Why a run as a whole cannot go on.

use crate::build::BuildError;
use crate::deploy::DeployError;
use crate::document::Diagnostics;
use crate::generate::{GenerateError, WriteError};
use crate::publish::PublishError;
use crate::services::ServiceError;
use crate::source::SourceError;

/// Why a run as a whole cannot go on. What fails for one task is no such error:
/// it is in the task's outcome.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// One or more workflows are wrong.
    #[error("{}", shown(.0))]
    Workflow(Vec<Diagnostics>),
    /// Two projects of a repository want one application.
    #[error(
        "the projects {first} and {second} both have a task `{component_name}`, and one lattice has room for one of that name: rename one of them, or deploy the projects to different lattices"
    )]
    SameName {
        /// The name.
        component_name: String,
        /// A project.
        first: String,
        /// Another one.
        second: String,
    },
    /// Tasks that write to a database, in an environment without one.
    #[error(
        "{tasks} cannot be deployed: the environment `{environment}` names no database to write to; set PELATO_SQL_URL to postgres://USER:PASSWORD@HOST:PORT/DATABASE, or `sql: {{ url: {{ env: NAME }} }}` of the environment in runner.yaml"
    )]
    NoDatabase {
        /// The tasks.
        tasks: String,
        /// The environment.
        environment: String,
    },
    /// A task with targets in reserve, where nobody says whose turn it is.
    #[error(
        "`{component_name}` has `placement: prefer`, and the environment `{environment}` has no agent that says which target takes messages: set PELATO_AGENT=true and keep `pelato agent` running, or write `agent: true` for the environment in runner.yaml, where the runner is one"
    )]
    NoAgent {
        /// The task.
        component_name: String,
        /// The environment.
        environment: String,
    },
    /// A task that only a lattice can run.
    #[error("`{component_name}` cannot be run here: {reason}")]
    NotHere {
        /// The task.
        component_name: String,
        /// What is missing.
        reason: String,
    },
    /// A task was named that is not there, or not there alone.
    #[error("which task is `{name}`? {help}")]
    NoTask {
        /// What was asked for.
        name: String,
        /// What there is.
        help: String,
    },
    /// See there.
    #[cfg(feature = "local")]
    #[error(transparent)]
    Runtime(#[from] crate::runtime::RuntimeError),
    /// What is deployed cannot be asked, and no revision was named instead.
    #[error(
        "cannot tell what is deployed: {0}; without the lattice, compare with a revision of the repository: `pelato plan --since REV`"
    )]
    NoBase(String),
    /// Tasks that were never deployed otherwise than they are.
    #[error(
        "there is nothing to go back to: {tasks}; `pelato rollback --list` shows what is recorded, and an earlier commit can be deployed with `pelato brush`"
    )]
    NothingEarlier {
        /// The tasks, and what is recorded of them.
        tasks: String,
    },
    /// No deployment is called so.
    #[error(
        "no deployment that is recorded here is called `{to}`: name a run, a commit or a version of `pelato rollback --list`"
    )]
    NotRecorded {
        /// What was asked for.
        to: String,
    },
    /// What was deployed is no longer in the registry.
    #[error(
        "nothing was changed, since what was deployed then is not there any more: {}; deploy that commit again with `pelato brush`, which builds it",
        .0.join(", ")
    )]
    Gone(Vec<String>),
    /// What is deployed in one environment cannot be had in another one as it is.
    #[error("nothing was promoted: {0}")]
    NotPromoted(String),
    /// A part that the run works with cannot be made.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// See there.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// See there.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// See there.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// See there.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// See there.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// See there.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// What looks at projects broke off.
    #[error("looking at the projects broke off: {0}")]
    Broken(String),
    /// Somebody cancelled it, or pressed Ctrl-C.
    #[error("cancelled")]
    Cancelled,
}

fn shown(all: &[Diagnostics]) -> String {
    all.iter().map(|one| one.render(false)).collect::<Vec<_>>().join("\n\n")
}

impl RunError {
    /// Whether the input is at fault (exit code 2), and not what surrounds it.
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            Self::Workflow(_)
                | Self::SameName { .. }
                | Self::NoDatabase { .. }
                | Self::NoAgent { .. }
                | Self::NoTask { .. }
                | Self::NotRecorded { .. }
                | Self::Service(ServiceError::Setting(_) | ServiceError::Deploy(DeployError::Database { .. }))
                | Self::Deploy(DeployError::NoHost { .. })
                | Self::Generate(_)
        ) || matches!(
            self,
            Self::Source(
                SourceError::NoProject(_)
                    | SourceError::Link(_)
                    | SourceError::TooLarge { .. }
                    | SourceError::Revision { .. }
                    | SourceError::NotTrusted(_)
            )
        )
    }
}
