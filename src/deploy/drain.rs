//! Letting a host take no more messages, before it is stopped.
//!
//! A host that is stopped ends at once, and calls that are on their way end with it. So it
//! first loses the label that makes it one of a target: wadm starts nothing more on it.
//! Then its providers are quiet, then they are stopped. Its labels are those that it was
//! started with: once it starts again it takes part again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tokio::time::{Duration, Instant, sleep};

use super::DeployError;
use super::application::ids_of;
use super::host::{Host, TARGET_LABEL};
use super::lattice::Lattice;
use super::leave::{self, Left};

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
        let ours = applications.iter();
        let ours: Vec<String> = ours.flat_map(|one| ids_of(&one.application, &one.document).1).collect();
        let mut stopped = self.stop_providers(&hosts, &ours).await?;
        let drained = hosts.into_iter().map(|host| Drained {
            stopped: stopped.remove(&host.id).into_iter().flatten().collect(),
            host: host.name,
            id: host.id,
        });
        Ok(drained.collect())
    }

    /// The ids of those that ran, by host.
    async fn stop_providers(
        &self,
        hosts: &[Host],
        ours: &[String],
    ) -> Result<BTreeMap<String, BTreeSet<String>>, DeployError> {
        let begun = Instant::now();
        let mut told: Option<Instant> = None;
        let mut stopped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        loop {
            // A host that is silent may run anything.
            let left = self.left(hosts, ours).await?;
            if left.is_empty() {
                return Ok(stopped);
            }
            for left in &left {
                if let Left::Provider(host, part) = left {
                    stopped.entry(host.id.clone()).or_default().insert(part.id.clone());
                }
            }
            let waited = begun.elapsed();
            if waited > self.limits.gone {
                return Err(DeployError::Undrained {
                    left: leave::in_words(&left),
                    seconds: waited.as_secs(),
                });
            }
            if told.is_none_or(|told| told.elapsed() > self.limits.stop) {
                self.stop(&left).await?;
                told = Some(Instant::now());
            }
            sleep(PAUSE).await;
        }
    }
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
