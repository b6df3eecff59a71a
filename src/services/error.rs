//! Why a part cannot be made.

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
