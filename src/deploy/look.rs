//! What is deployed, and whether it runs.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use wadm_types::api::StatusType;

use super::application::Wanted;
use super::host::{Asked, Host};
use super::lattice::Lattice;
use super::start::{no_host, of_target};
use super::{DeployError, Deployed, Specification};
use crate::generate::Manifest;
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
    /// Why it does not, as the hosts have it.
    pub reason: Option<String>,
    /// How many messages each host of the target is to work on at once.
    pub wanted: Option<usize>,
    /// The hosts of its target, and what each has of it.
    pub hosts: Vec<On>,
    /// What wadm says of it, where that is another thing than what the hosts say.
    pub platform: Option<String>,
}

/// What one host has of an application.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct On {
    /// The host's name.
    pub name: String,
    /// Its public key.
    pub id: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// How many messages it works on at once; 0 where the component does not run there,
    /// none where the host does not say.
    pub instances: Option<u32>,
    /// The image that it runs, where it runs one.
    pub reference: Option<String>,
}

impl Look {
    /// One without hosts that could be told apart.
    pub(super) fn bare(deployed: Deployed, state: TargetState, reason: Option<String>) -> Self {
        let wanted = Specification::of(&deployed.document).ok();
        Self {
            deployed,
            state,
            reason,
            wanted: wanted.map(|wanted| wanted.instances),
            hosts: Vec::new(),
            platform: None,
        }
    }
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
        if !deployed.deployed {
            let reason = "wadm knows it, and it is not deployed; brush deploys it again";
            return Ok(Look::bare(deployed, TargetState::Removed, Some(reason.to_owned())));
        }
        let manifest = deployed.now().manifest("", None);
        let (hosts, any) = of_target(hosts.to_vec(), &manifest.target);
        let (state, reason) = self.state_of(&manifest, &hosts, any).await?;
        let said = self.wadm.status(&deployed.application).await?;
        let said = said_otherwise(&said.info.status_type, &said.info.message, state);
        let mut on = Vec::with_capacity(hosts.len());
        for host in &hosts {
            on.push(self.on(host, &manifest).await?);
        }
        Ok(Look {
            hosts: on,
            platform: said,
            ..Look::bare(deployed, state, reason)
        })
    }

    async fn state_of(
        &self,
        manifest: &Manifest,
        hosts: &[Host],
        any: bool,
    ) -> Result<(TargetState, Option<String>), DeployError> {
        if hosts.is_empty() {
            return Ok((TargetState::Waiting, Some(no_host(&manifest.target, any))));
        }
        // What someone wrote by hand may be no application of ours.
        let missing = match Wanted::of(manifest) {
            Ok(wanted) => self.missing(hosts, manifest, &wanted, false).await?,
            Err(error) => Some(error.to_string()),
        };
        Ok(match missing {
            None => (TargetState::Running, None),
            reason => (TargetState::Failed, reason),
        })
    }

    async fn on(&self, host: &Host, manifest: &Manifest) -> Result<On, DeployError> {
        let (instances, reference) = match self.control.inventory(host).await? {
            Asked::Silent => (None, None),
            Asked::Gone => (Some(0), None),
            Asked::Runs(inventory) => {
                let mut parts = inventory.components.into_iter();
                match parts.find(|part| part.id == manifest.component_id) {
                    Some(part) => (part.max_instances, part.image_ref),
                    None => (Some(0), None),
                }
            }
        };
        Ok(On {
            name: host.name.clone(),
            id: host.id.clone(),
            labels: host.labels.clone(),
            instances,
            reference,
        })
    }
}

/// wadm's words where it holds another view than the hosts, or knows why something does not
/// run. It calls what waits for a host failed.
fn said_otherwise(status: &StatusType, message: &str, state: TargetState) -> Option<String> {
    let agrees = match state {
        TargetState::Running => *status == StatusType::Deployed,
        TargetState::Waiting | TargetState::Failed => *status == StatusType::Failed,
        TargetState::Removed => true,
    };
    let message = message.trim();
    match (agrees && state != TargetState::Failed, message.is_empty()) {
        (true, _) => None,
        (false, true) if agrees => None,
        (_, true) => Some(format!("wadm: {status:?}")),
        (_, false) => Some(format!("wadm: {status:?}, {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wadm_is_quoted_where_it_says_another_thing_or_a_reason() {
        use TargetState::{Failed, Running, Waiting};
        for (status, message, state, said) in [
            (StatusType::Deployed, "", Running, None),
            (StatusType::Deployed, "all is well", Running, None),
            (StatusType::Reconciling, "", Running, Some("wadm: Reconciling")),
            (StatusType::Failed, "0 eligible hosts found", Waiting, None),
            (StatusType::Failed, "no image", Failed, Some("wadm: Failed, no image")),
            (StatusType::Deployed, "", Waiting, Some("wadm: Deployed")),
            (StatusType::Failed, "", Failed, None),
            (StatusType::Undeployed, "", Failed, Some("wadm: Undeployed")),
        ] {
            assert_eq!(
                said_otherwise(&status, message, state).as_deref(),
                said,
                "{status:?} {state:?}"
            );
        }
    }
}
