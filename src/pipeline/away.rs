//! What a run could not go on for: something around it that may come back.

use std::fmt;
use std::time::Duration;

use super::{Outcome, RunError};
use crate::build::BuildError;
use crate::deploy::DeployError;
use crate::publish::PublishError;
use crate::services::ServiceError;

/// A part of the platform that a run works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Where the repository is.
    Forge,
    /// Docker, or this machine's Go.
    Builder,
    /// Where artifacts are kept.
    Registry,
    /// NATS, wadm and the hosts, or the local host.
    Lattice,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forge => "forge",
            Self::Builder => "builder",
            Self::Registry => "registry",
            Self::Lattice => "lattice",
        })
    }
}

/// A part of the platform is away, is not well, or asks for patience: the same run may go
/// through later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// Which.
    pub part: Part,
    /// How long it asks to be left alone, where it says so.
    pub retry_after: Option<Duration>,
}

impl Away {
    /// That part, which asks for nothing.
    pub fn is(part: Part) -> Self {
        Self {
            part,
            retry_after: None,
        }
    }

    pub(super) fn build(error: &BuildError) -> Option<Self> {
        error.is_temporary().then_some(Self::is(Part::Builder))
    }

    pub(super) fn publish(error: &PublishError) -> Option<Self> {
        error.is_temporary().then_some(Self {
            part: Part::Registry,
            retry_after: error.retry_after(),
        })
    }

    pub(super) fn deploy(error: &DeployError) -> Option<Self> {
        let part = match error {
            DeployError::Component { .. } => Part::Registry,
            _ => Part::Lattice,
        };
        error.is_temporary().then_some(Self::is(part))
    }

    /// The one of two that asks for more patience.
    #[must_use]
    fn or_longer(self, other: Self) -> Self {
        if other.retry_after > self.retry_after {
            other
        } else {
            self
        }
    }
}

impl RunError {
    /// What is away, where the same run may go through later.
    pub fn away(&self) -> Option<Away> {
        match self {
            Self::Build(error) | Self::Service(ServiceError::Build(error)) => Away::build(error),
            Self::Publish(error) | Self::Service(ServiceError::Publish(error)) => Away::publish(error),
            Self::Deploy(error) | Self::Service(ServiceError::Deploy(error)) => Away::deploy(error),
            Self::Source(error) => error.is_temporary().then_some(Away::is(Part::Forge)),
            _ => None,
        }
    }
}

impl Outcome {
    /// What is away, where nothing else kept tasks from getting through: then the same run
    /// may go through later. One more failure, and it would end as it did.
    pub fn away(&self) -> Option<Away> {
        let mut all = self.failed().map(|task| task.away);
        let first = all.next()??;
        all.try_fold(first, |known, next| Some(known.or_longer(next?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Cause, TaskOutcome};
    use crate::plan::{Change, PlannedTask};

    fn failed(cause: &Cause) -> TaskOutcome {
        let planned = PlannedTask {
            component_name: "a".to_owned(),
            previous_name: None,
            change: Change::New,
            reasons: Vec::new(),
            build: true,
            deploy: true,
            targets: Vec::new(),
            fingerprint: String::new(),
        };
        let mut task = TaskOutcome::pending(".", &planned);
        task.fail(cause);
        task
    }

    fn of(causes: &[Cause]) -> Option<Away> {
        let tasks = causes.iter().map(failed).collect();
        Outcome {
            tasks,
            ..Outcome::default()
        }
        .away()
    }

    #[test]
    fn a_run_waits_where_nothing_else_is_wrong() {
        let busy = |seconds: Option<u64>| {
            Cause::from(&PublishError::TooMany {
                host: "r.example".to_owned(),
                tried: "nobody".to_owned(),
                reason: String::new(),
                retry_after: seconds.map(Duration::from_secs),
            })
        };
        let silent = Cause::from(&DeployError::WadmSilent {
            lattice: "default".to_owned(),
            url: "nats://n.example".to_owned(),
        });
        let wrong = Cause::from(&BuildError::Compile {
            component_name: "a".to_owned(),
            output: "a.go:1:1".to_owned(),
        });
        assert_eq!(of(&[]), None);
        assert_eq!(of(std::slice::from_ref(&silent)), Some(Away::is(Part::Lattice)));
        let longest = of(&[silent.clone(), busy(None), busy(Some(9)), busy(Some(3))]).unwrap();
        assert_eq!(
            (longest.part, longest.retry_after),
            (Part::Registry, Some(Duration::from_secs(9)))
        );
        assert_eq!(of(&[silent.clone(), wrong.clone()]), None);
        assert_eq!(of(&[wrong, silent]), None);
    }
}
