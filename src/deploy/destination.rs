//! Where applications run: on a lattice, or on the local host.

use tokio_util::sync::CancellationToken;

#[cfg(feature = "local")]
use super::LocalHost;
use super::{DeployError, Deployed, Drained, Lattice, Look, TargetOutcome, TaskRoll, Word};
use crate::generate::{Manifest, Owner};
use crate::report::Reporter;

/// Where applications run. Both kinds keep the promises that are written here.
pub enum Destination {
    /// A wasmCloud lattice, through its wadm.
    Lattice(Box<Lattice>),
    /// A process on this machine.
    #[cfg(feature = "local")]
    Local(Box<LocalHost>),
}

impl Destination {
    /// Says which hosts may take messages, until it is cancelled: see
    /// [`Lattice::watch_over`]. A local host needs nobody's word.
    pub async fn watch_over(&self, cancel: &CancellationToken, heard: impl FnMut(Result<Word, &DeployError>)) {
        match self {
            Self::Lattice(lattice) => lattice.watch_over(cancel, heard).await,
            #[cfg(feature = "local")]
            Self::Local(_) => cancel.cancelled().await,
        }
    }

    /// Lets a host take no more messages: see [`Lattice::drain`]. A local host is none of a
    /// lattice.
    pub async fn drain(&self, named: &str) -> Result<Vec<Drained>, DeployError> {
        match self {
            Self::Lattice(lattice) => lattice.drain(named).await,
            #[cfg(feature = "local")]
            Self::Local(_) => Ok(Vec::new()),
        }
    }

    /// All applications that carry `pelato.*` annotations, in the order of their
    /// names.
    pub async fn applications(&self) -> Result<Vec<Deployed>, DeployError> {
        match self {
            Self::Lattice(lattice) => lattice.applications().await,
            #[cfg(feature = "local")]
            Self::Local(host) => host.applications().await,
        }
    }

    /// The same, each with whether it runs. Changes nothing.
    pub async fn look(&self) -> Result<Vec<Look>, DeployError> {
        match self {
            Self::Lattice(lattice) => lattice.look().await,
            #[cfg(feature = "local")]
            Self::Local(host) => host.look().await,
        }
    }

    /// Learns meanwhile what a deployment asks first, where that takes time.
    pub fn prepare(&self) {
        match self {
            Self::Lattice(lattice) => lattice.count_ahead(),
            #[cfg(feature = "local")]
            Self::Local(_) => {}
        }
    }

    /// Makes `manifest` run and waits until it does. What is deployed and runs is left
    /// alone; an application of someone else's is refused. One that does not start is
    /// no error of the call, but of the outcome. All targets of a task are given one `roll`:
    /// on a lattice nobody else rolls the task while it is kept.
    pub async fn deploy(
        &self,
        manifest: &Manifest,
        roll: &mut TaskRoll,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<TargetOutcome, DeployError> {
        match self {
            Self::Lattice(lattice) => lattice.deploy(manifest, roll, reporter, cancel).await,
            #[cfg(feature = "local")]
            Self::Local(host) => host.deploy(manifest, reporter, cancel).await,
        }
    }

    /// Takes an application of `owner`'s away, until nothing of it runs. Whether there
    /// was one; someone else's is refused.
    pub async fn remove(
        &self,
        application: &str,
        owner: &Owner,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<bool, DeployError> {
        match self {
            Self::Lattice(lattice) => lattice.remove(application, owner, reporter, cancel).await,
            #[cfg(feature = "local")]
            Self::Local(host) => host.remove(application, owner, reporter, cancel).await,
        }
    }
}
