//! What is deployed, and whether it runs.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::application::Wanted;
use super::host::Host;
use super::lattice::Lattice;
use super::start::{no_host, of_target};
use super::{DeployError, Deployed};
use crate::report::TargetState;

/// How many applications are looked at at once.
const AT_ONCE: usize = 8;

/// An application as it was found.
#[derive(Clone, Debug)]
pub struct Look {
    /// What is deployed.
    pub deployed: Deployed,
    /// Whether it runs.
    pub state: TargetState,
    /// Why it does not.
    pub reason: Option<String>,
}

impl Lattice {
    /// All applications with `pelato.*` annotations, held against the inventories of
    /// the hosts that answer.
    pub(super) async fn look(&self) -> Result<Vec<Look>, DeployError> {
        let applications = self.applications().await?;
        let hosts = match applications.is_empty() {
            true => Vec::new(),
            false => self.hosts().await?,
        };
        stream::iter(applications)
            .map(|deployed| self.look_at(deployed, &hosts))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn look_at(&self, deployed: Deployed, hosts: &[Host]) -> Result<Look, DeployError> {
        let (state, reason) = self.state_of(&deployed, hosts).await?;
        Ok(Look {
            deployed,
            state,
            reason,
        })
    }

    async fn state_of(
        &self,
        deployed: &Deployed,
        hosts: &[Host],
    ) -> Result<(TargetState, Option<String>), DeployError> {
        if !deployed.deployed {
            let reason = "wadm knows it, and it is not deployed; brush deploys it again";
            return Ok((TargetState::Removed, Some(reason.to_owned())));
        }
        let manifest = deployed.now().manifest("", None);
        let (hosts, any) = of_target(hosts.to_vec(), &manifest.target);
        if hosts.is_empty() {
            return Ok((TargetState::Waiting, Some(no_host(&manifest.target, any))));
        }
        // What someone wrote by hand may be no application of ours.
        let missing = match Wanted::of(&manifest) {
            Ok(wanted) => self.missing(&hosts, &manifest, &wanted, false).await?,
            Err(error) => Some(error.to_string()),
        };
        Ok(match missing {
            None => (TargetState::Running, None),
            reason => (TargetState::Failed, reason),
        })
    }
}
