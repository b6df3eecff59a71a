//! Waiting until nothing of an application runs any more.

use tokio::time::Instant;

use super::DeployError;
use super::host::{Asked, Host, Part};
use super::lattice::Lattice;
use super::watch::Watch;

/// What is still there.
pub(super) enum Left {
    Component(Host, Part),
    Provider(Host, Part),
    /// A host that does not say what it runs.
    Unknown(Host),
}

impl Lattice {
    /// Waits until none of `hosts` runs a part with one of `ids`. wadm stops them; what
    /// it forgets (it stops only what it has seen start) is stopped here.
    pub(super) async fn wait_until_gone(
        &self,
        application: &str,
        ids: &[String],
        hosts: &[Host],
        watch: &mut Watch,
    ) -> Result<(), DeployError> {
        let begun = Instant::now();
        let mut stopped = begun;
        loop {
            let left = self.left(hosts, ids).await?;
            if left.is_empty() {
                return Ok(());
            }
            let waited = begun.elapsed();
            if waited > self.limits.gone {
                return Err(DeployError::Stuck {
                    application: application.to_owned(),
                    left: in_words(&left),
                    seconds: waited.as_secs(),
                });
            }
            // Again and again: a host that was silent when the others were told
            // shows only later what it runs.
            if stopped.elapsed() > self.limits.stop {
                self.stop(&left).await?;
                stopped = Instant::now();
            }
            watch.next().await;
        }
    }

    /// What of `ids` these hosts run, and who does not say.
    pub(super) async fn left(&self, hosts: &[Host], ids: &[String]) -> Result<Vec<Left>, DeployError> {
        let mut left = Vec::new();
        for host in hosts {
            match self.control.inventory(host).await? {
                Asked::Gone => {}
                Asked::Silent => left.push(Left::Unknown(host.clone())),
                Asked::Runs(inventory) => {
                    let ours = |part: &Part| ids.contains(&part.id);
                    let components = inventory.components.into_iter().filter(ours);
                    left.extend(components.map(|part| Left::Component(host.clone(), part)));
                    let providers = inventory.providers.into_iter().filter(ours);
                    left.extend(providers.map(|part| Left::Provider(host.clone(), part)));
                }
            }
        }
        Ok(left)
    }

    /// Tells the hosts to stop it.
    pub(super) async fn stop(&self, left: &[Left]) -> Result<(), DeployError> {
        for left in left {
            match left {
                Left::Component(host, part) => self.control.stop_component(host, part).await?,
                Left::Provider(host, part) => self.control.stop_provider(host, part).await?,
                Left::Unknown(_) => {}
            }
        }
        Ok(())
    }
}

/// Who still runs what, as part of a sentence.
pub(super) fn in_words(left: &[Left]) -> String {
    let words: Vec<String> = left
        .iter()
        .map(|left| match left {
            Left::Component(host, part) | Left::Provider(host, part) => {
                format!("the host {} ({}) still runs {}", host.name, host.id, part.id)
            }
            Left::Unknown(host) => format!("the host {} ({}) does not say what it runs", host.name, host.id),
        })
        .collect();
    words.join(", ")
}
