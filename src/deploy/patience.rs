//! Waiting for hosts that are there and do not answer.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::DeployError;
use super::application::Deployed;
use super::host::Host;
use super::lattice::Lattice;
use super::seen::Seen;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(500);

impl Lattice {
    /// All hosts. Where `had` is deployed, once one of its target answers, or wadm
    /// misses them too: what a host runs that compiles, and is silent for seconds,
    /// must not be overlooked when it is taken away.
    pub(super) async fn hosts_under(&self, had: Option<&Deployed>) -> Result<Vec<Host>, DeployError> {
        let begun = Instant::now();
        loop {
            let hosts = self.hosts_lately().await?;
            let Some(had) = had.filter(|had| had.deployed) else {
                return Ok(hosts);
            };
            let target = had.annotations.get("pelato.target").map(String::as_str);
            if hosts.iter().any(|host| host.target() == target) || begun.elapsed() > self.limits.silent {
                return Ok(hosts);
            }
            let mut seen = Seen::default();
            seen.status(self.wadm.status(&had.application).await?, Instant::now());
            if seen.no_host() {
                return Ok(hosts);
            }
            sleep(PAUSE).await;
        }
    }
}
