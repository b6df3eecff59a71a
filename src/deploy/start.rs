//! Waiting until an application runs on every host of its target.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::DeployError;
use super::application::Wanted;
use super::host::{Asked, Host};
use super::lattice::{Lattice, RECENT};
use super::seen::Seen;
use super::watch::{News, Watch};
use crate::generate::Manifest;

/// wadm announces each change of its status. Right after a deployment its
/// answer can still be about the one before, so that it is asked only after
/// this, and again after it, should an announcement have got lost.
const ASK_STATUS: Duration = Duration::from_secs(2);

/// How long to wait for the answers of providers, once all else is there. On a
/// lattice whose providers talk over another NATS than its hosts, or to which
/// we may not talk, they never come.
const READY_LIMIT: Duration = Duration::from_secs(5);

/// How a wait ended.
pub(super) enum Started {
    Running,
    /// No host of the target: it starts when one comes.
    Waiting(String),
    Failed(String),
}

/// What is waited for.
pub(super) struct Start<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) wanted: &'a Wanted,
    /// All that answer now; they are counted again while waiting.
    pub(super) hosts: Vec<Host>,
    /// Whether it was deployed just now, and not by an earlier run.
    pub(super) fresh: bool,
    pub(super) limit: Duration,
}

impl Lattice {
    /// Waits until wadm's status is `Deployed` and every host of the target
    /// shows the component with the wanted image and its providers, and these
    /// answer.
    pub(super) async fn wait_until_running(
        &self,
        start: Start<'_>,
        watch: &mut Watch,
        cancel: &CancellationToken,
    ) -> Result<Started, DeployError> {
        let Start {
            manifest,
            wanted,
            hosts,
            fresh,
            limit,
        } = start;
        let begun = Instant::now();
        let mut seen = Seen::default();
        let (mut hosts, mut any) = of_target(hosts, &manifest.target);
        let mut counted = Instant::now();
        let mut asked = fresh.then_some(begun);
        let (mut complete, mut silent) = (None, None);
        loop {
            let missing = match hosts.is_empty() {
                true => {
                    let since = *silent.get_or_insert_with(Instant::now);
                    let nobody = no_host(&manifest.target, any);
                    // A host that was busy from the beginning is not known here:
                    // wadm, which hears its heartbeats, has to miss it as well.
                    seen.status(self.wadm.status(&manifest.application).await?, Instant::now());
                    if seen.no_host() || since.elapsed() > self.limits.silent.min(limit) {
                        return Ok(Started::Waiting(nobody));
                    }
                    Some(nobody)
                }
                false => {
                    silent = None;
                    self.missing(&hosts, manifest, wanted, true).await?
                }
            };
            if asked.is_none_or(|asked| asked.elapsed() > ASK_STATUS) {
                asked = Some(Instant::now());
                let status = self.wadm.status(&manifest.application).await?;
                seen.status(status, Instant::now());
            }
            // wadm misses a host for what waits for a word that may never come.
            if missing.is_none() && (seen.is_deployed() || wanted.is_second()) {
                let since = *complete.get_or_insert_with(Instant::now);
                if wanted.is_second() || since.elapsed() > READY_LIMIT || self.are_ready(wanted, hosts.len()).await? {
                    return Ok(Started::Running);
                }
                watch.look_again_soon();
            }
            if let Some(reason) = seen.given_up(self.limits.failing, Instant::now()) {
                return Ok(Started::Failed(reason));
            }
            if begun.elapsed() > limit {
                return Ok(Started::Failed(seen.in_words(missing, limit)));
            }
            let news = tokio::select! {
                news = watch.next() => news,
                () = cancel.cancelled() => return Err(DeployError::Cancelled {
                    application: manifest.application.clone(),
                }),
            };
            let moved = matches!(news, News::Hosts);
            seen.take(news, manifest, Instant::now());
            if moved || counted.elapsed() > RECENT {
                let now = match moved {
                    true => self.hosts().await?,
                    false => self.hosts_lately().await?,
                };
                (hosts, any) = of_target(now, &manifest.target);
                counted = Instant::now();
            }
        }
    }

    /// Whether each provider answers from each of its hosts.
    async fn are_ready(&self, wanted: &Wanted, hosts: usize) -> Result<bool, DeployError> {
        for id in &wanted.processes {
            if self.control.answering(id, hosts).await? < hosts {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What some host does not run yet, in words. With `opens`, hosts that have the
    /// component get the label that its providers wait for.
    pub(super) async fn missing(
        &self,
        hosts: &[Host],
        manifest: &Manifest,
        wanted: &Wanted,
        opens: bool,
    ) -> Result<Option<String>, DeployError> {
        for host in hosts {
            let on = format!("on the host {} ({})", host.name, host.id);
            let inventory = match self.control.inventory(host).await? {
                Asked::Runs(inventory) => inventory,
                // The next count leaves it out.
                Asked::Gone => return Ok(Some(format!("nothing runs {on}, which went away"))),
                Asked::Silent => {
                    return Ok(Some(format!("nothing is known {on}, which does not answer")));
                }
            };
            let component = inventory
                .components
                .iter()
                .find(|part| part.id == manifest.component_id);
            match component.map(|part| part.image_ref.as_deref().unwrap_or_default()) {
                // Hosts lower-case what they are given.
                Some(image) if image.eq_ignore_ascii_case(&wanted.image) => {}
                Some(image) => return Ok(Some(format!("the component {on} is still {image}"))),
                None => return Ok(Some(format!("the component does not run {on}"))),
            }
            if let Some(gate) = wanted.gate.as_ref().filter(|_| opens) {
                self.open(gate, host, &inventory).await?;
            }
            for id in &manifest.provider_ids {
                if inventory.providers.iter().any(|part| part.id == *id) {
                    continue;
                }
                let gate = wanted.gate.as_ref().filter(|gate| gate.held.contains(id));
                match gate.map(|gate| (gate.may_lack(id, &inventory), gate.is_open(&inventory))) {
                    Some((true, _)) => {}
                    Some((false, false)) if !opens => {
                        return Ok(Some(format!(
                            "the provider {id} waits {on} for an agent's word; is a runner or `pelato agent` there?"
                        )));
                    }
                    _ => return Ok(Some(format!("the provider {id} does not run {on}"))),
                }
            }
        }
        Ok(None)
    }
}

/// The hosts of a target, and whether there is any host at all.
pub(super) fn of_target(mut hosts: Vec<Host>, target: &str) -> (Vec<Host>, bool) {
    let any = !hosts.is_empty();
    hosts.retain(|host| host.target() == Some(target));
    (hosts, any)
}

pub(super) fn no_host(target: &str, any: bool) -> String {
    match any {
        true => format!("no host with host-type={target} answers"),
        false => format!("no host with host-type={target} answers, nor any other on this lattice"),
    }
}
