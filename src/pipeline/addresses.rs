//! Who listens where: on one target no two applications can have one address.
//!
//! `check` sees the tasks of one project. Those of other projects, repositories and
//! environments may share its hosts.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::Cause;
use super::deployments::Job;
use super::state::annotation;
use crate::deploy::{Deployed, Specification};
use crate::generate::{Manifest, Owner};
use crate::workflow::overlap;

/// One that listens, or is to.
struct Listener {
    target: String,
    address: SocketAddr,
    application: String,
    /// Whose it is, for people.
    owner: String,
}

impl Listener {
    fn deployed(deployed: &Deployed) -> Option<Self> {
        let address = Specification::of(&deployed.document).ok()?.address?;
        Some(Self {
            target: annotation(deployed, "pelato.target").to_owned(),
            address,
            application: deployed.application.clone(),
            owner: deployed.owner().unwrap_or_else(|| "someone".to_owned()),
        })
    }

    fn wanted(manifest: &Manifest) -> Option<Self> {
        Some(Self {
            target: manifest.target.clone(),
            address: manifest.address.as_ref()?.parse().ok()?,
            application: manifest.application.clone(),
            owner: "this run".to_owned(),
        })
    }

    fn is_in_the_way_of(&self, other: &Self) -> bool {
        self.target == other.target && overlap(self.address, other.address)
    }
}

/// Refuses those of `jobs`, all of a run, that would begin to listen where somebody else
/// does. What is `going` anyway, of `deployed`, goes before the one that takes its address.
pub(super) fn settle<'j>(jobs: impl Iterator<Item = &'j mut Job>, deployed: &[Deployed], going: &[(Owner, String)]) {
    let jobs: Vec<&mut Job> = jobs.collect();
    let manifests = jobs.iter().flat_map(|job| &job.manifests);
    let wanted: BTreeMap<&str, Option<Listener>> = manifests
        .map(|manifest| (manifest.application.as_str(), Listener::wanted(manifest)))
        .collect();
    // Who has an address keeps it, unless this run gives him another one.
    let stays = |there: &Listener| match wanted.get(there.application.as_str()) {
        None => true,
        Some(wanted) => wanted.as_ref().is_some_and(|wanted| wanted.address == there.address),
    };
    let deployed = deployed.iter().filter(|one| one.deployed);
    let mut listeners: Vec<Listener> = deployed.filter_map(Listener::deployed).filter(stays).collect();
    for job in jobs {
        let wants: Vec<Listener> = job.manifests.iter().filter_map(Listener::wanted).collect();
        for want in &wants {
            if listeners.iter().any(|there| there.application == want.application) {
                continue;
            }
            let Some(there) = listeners.iter().find(|there| there.is_in_the_way_of(want)) else {
                continue;
            };
            match going.iter().find(|(_, application)| *application == there.application) {
                Some(goes) => job.first.push(goes.clone()),
                None => {
                    let Listener { target, address, .. } = want;
                    let Listener { application, owner, .. } = there;
                    job.refused = Some(Cause::failed(format!(
                        "{address} on {target} is taken by {application} of {owner}: give the task another `address`"
                    )));
                }
            }
        }
        match job.refused {
            // What is refused must not have taken anything down before.
            Some(_) => job.first.clear(),
            None => listeners.extend(wants),
        }
    }
}

#[cfg(test)]
mod tests;
