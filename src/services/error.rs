//! Why a part cannot be made.

use std::time::Duration;

use crate::build::BuildError;
use crate::deploy::DeployError;
use crate::generate::TemplateError;
use crate::publish::PublishError;

/// Why a part that a run works with cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A setting is missing or cannot be used.
    #[error("{0}")]
    Setting(String),
    /// See there.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// See there.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// See there.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// See there.
    #[error(transparent)]
    Deploy(#[from] DeployError),
}

impl ServiceError {
    /// Whether the same may go through later: see there.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Build(error) => error.is_temporary(),
            Self::Publish(error) => error.is_temporary(),
            Self::Deploy(error) => error.is_temporary(),
            Self::Setting(_) | Self::Template(_) => false,
        }
    }

    /// How long who is asked asks to be left alone, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Publish(error) => error.retry_after(),
            _ => None,
        }
    }
}
