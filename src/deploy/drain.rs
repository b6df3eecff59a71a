//! Letting a host take no more messages, before it is stopped.
//!
//! A host that is stopped ends at once, and calls that are on their way end with it. So it
//! first loses the label that makes it one of a target: wadm starts nothing more on it.
//! Then its providers are quiet, then they are stopped. Its labels are those that it was
//! started with: once it starts again it takes part again.

use serde::Serialize;
use tokio::time::{Duration, Instant, sleep};

use super::DeployError;
use super::application::Deployed;
use super::host::{Asked, Host, Inventory, Part, TARGET_LABEL};
use super::lattice::Lattice;

const PAUSE: Duration = Duration::from_millis(50);

/// A host that takes no more messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drained {
    /// Its name.
    pub host: String,
    /// Its public key.
    pub id: String,
    /// The ids of the providers that were stopped.
    pub stopped: Vec<String>,
}

impl Lattice {
    /// Drains the host with this name or public key, or all hosts of this target, and
    /// waits until none runs a provider of an application of Pelato's.
    pub async fn drain(&self, named: &str) -> Result<Vec<Drained>, DeployError> {
        let is_meant = |host: &Host| host.id == named || host.name == named || host.target() == Some(named);
        let (hosts, others): (Vec<Host>, Vec<Host>) = self.hosts().await?.into_iter().partition(is_meant);
        if hosts.is_empty() {
            return Err(DeployError::NoHost {
                named: named.to_owned(),
                lattice: self.control.lattice.clone(),
                there: in_words(&others),
            });
        }
        let applications = self.each_application(|deployed| deployed).await?;
        for host in hosts.iter().filter(|host| host.target().is_some()) {
            self.control.delete_label(host, TARGET_LABEL).await?;
        }
        // Who is quiet is so wherever it runs: not where another host of the target goes on.
        let goes_on = |target: &str| others.iter().any(|host| host.target() == Some(target));
        let is_drained = |target: &str| hosts.iter().any(|host| host.target() == Some(target)) && !goes_on(target);
        let quiet = applications
            .iter()
            .filter(|one| one.deployed && one.target().is_some_and(is_drained));
        let quiet: Vec<_> = quiet.map(|one| (one.application.as_str(), &one.document)).collect();
        self.control.quieten_all(&quiet).await?;
        let ours: Vec<String> = applications.iter().flat_map(Deployed::ids).collect();
        let mut drained = Vec::new();
        for host in hosts {
            let stopped = self.stop_providers(&host, &ours).await?;
            drained.push(Drained {
                host: host.name,
                id: host.id,
                stopped,
            });
        }
        Ok(drained)
    }

    /// The ids of those that ran.
    async fn stop_providers(&self, host: &Host, ours: &[String]) -> Result<Vec<String>, DeployError> {
        let begun = Instant::now();
        let mut stopped: Vec<String> = Vec::new();
        loop {
            let left = match self.control.inventory(host).await? {
                Asked::Runs(inventory) => of(inventory, ours),
                Asked::Gone => return Ok(stopped),
                Asked::Silent => Vec::new(),
            };
            let new: Vec<&Part> = left.iter().filter(|part| !stopped.contains(&part.id)).collect();
            for part in new {
                self.control.stop_provider(host, part).await?;
            }
            stopped.extend(left.iter().map(|part| part.id.clone()));
            stopped.sort();
            stopped.dedup();
            if left.is_empty() {
                return Ok(stopped);
            }
            if begun.elapsed() > self.limits.gone {
                let ids: Vec<String> = left.into_iter().map(|part| part.id).collect();
                return Err(DeployError::Undrained {
                    host: host.name.clone(),
                    left: ids.join(", "),
                    seconds: self.limits.gone.as_secs(),
                });
            }
            sleep(PAUSE).await;
        }
    }
}

fn of(inventory: Inventory, ours: &[String]) -> Vec<Part> {
    let parts = inventory.providers.into_iter();
    parts.filter(|part| ours.contains(&part.id)).collect()
}

fn in_words(hosts: &[Host]) -> String {
    if hosts.is_empty() {
        return "no host answers".to_owned();
    }
    let names = hosts.iter().map(|host| match host.target() {
        Some(target) => format!("{} ({target})", host.name),
        None => host.name.clone(),
    });
    format!("there are: {}", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_there_is_said() {
        let host = |name: &str, target: Option<&str>| Host {
            id: "N".into(),
            name: name.into(),
            labels: target
                .map(|target| (TARGET_LABEL.to_owned(), target.to_owned()))
                .into_iter()
                .collect(),
            version: None,
            uptime_seconds: 0,
        };
        let error = DeployError::NoHost {
            named: "edg".into(),
            lattice: "default".into(),
            there: in_words(&[host("calm-sea-1", Some("edge")), host("dry-sea-2", None)]),
        };
        insta::assert_snapshot!(error, @"no host of the lattice `default` is called `edg`, and none serves a target of that name; there are: calm-sea-1 (edge), dry-sea-2");
        assert_eq!(in_words(&[]), "no host answers");
    }
}
