//! Waiting until an application runs on every host of its target.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wadm_types::api::{Status, StatusType};

use super::DeployError;
use super::application::Wanted;
use super::host::{Asked, Host};
use super::lattice::Lattice;
use super::watch::{News, Watch};
use crate::generate::Manifest;

/// How often hosts are counted again while waiting.
const RECOUNT: Duration = Duration::from_secs(2);

/// wadm announces each change of its status. Right after a deployment its
/// answer can still be about the one before, so that it is asked only after
/// this, should an announcement have got lost.
const ASK_STATUS: Duration = Duration::from_secs(2);

/// How long to wait for the answers of providers, once all else is there. On a
/// lattice whose providers talk over another NATS than its hosts, or to which
/// we may not talk, they never come.
const READY_LIMIT: Duration = Duration::from_secs(5);

/// wadm's words while it has not heard of a host yet.
const NO_HOST_YET: &str = "0 eligible hosts";

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

/// A part that a host could not start.
struct Failure {
    reason: String,
    since: Instant,
}

/// What was seen so far.
struct Seen {
    failures: BTreeMap<String, Failure>,
    status: Option<Status>,
    /// Since when wadm says "Failed" without a pause.
    failed_since: Option<Instant>,
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
        let mut seen = Seen {
            failures: BTreeMap::new(),
            status: None,
            failed_since: None,
        };
        let (mut hosts, mut any) = of_target(hosts, &manifest.target);
        let mut counted = Instant::now();
        let mut complete = None;
        loop {
            if hosts.is_empty() {
                return Ok(Started::Waiting(no_host(&manifest.target, any)));
            }
            let missing = self.missing(&hosts, manifest, wanted).await?;
            if !fresh || begun.elapsed() > ASK_STATUS {
                let status = self.wadm.status(&manifest.application).await?;
                seen.status(status);
            }
            if missing.is_none() && seen.is_deployed() {
                let since = *complete.get_or_insert_with(Instant::now);
                if since.elapsed() > READY_LIMIT || self.are_ready(wanted, hosts.len()).await? {
                    return Ok(Started::Running);
                }
                watch.look_again_soon();
            }
            if let Some(reason) = seen.given_up(self.limits.failing) {
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
            let recount = matches!(news, News::Hosts) || counted.elapsed() > RECOUNT;
            seen.take(news, manifest);
            if recount {
                (hosts, any) = of_target(self.hosts().await?, &manifest.target);
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

    /// What some host does not run yet, in words.
    async fn missing(
        &self,
        hosts: &[Host],
        manifest: &Manifest,
        wanted: &Wanted,
    ) -> Result<Option<String>, DeployError> {
        for host in hosts {
            let on = format!("on the host {} ({})", host.name, host.id);
            let inventory = match self.control.inventory(host).await? {
                Asked::Runs(inventory) => inventory,
                // The next count leaves it out.
                Asked::Gone => return Ok(Some(format!("nothing runs {on}, which went away"))),
                Asked::Silent => {
                    return Ok(Some(format!(
                        "nothing is known {on}, which does not answer"
                    )));
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
            for id in &manifest.provider_ids {
                if !inventory.providers.iter().any(|part| part.id == *id) {
                    return Ok(Some(format!("the provider {id} does not run {on}")));
                }
            }
        }
        Ok(None)
    }
}

impl Seen {
    fn take(&mut self, news: News, manifest: &Manifest) {
        let ours = |id: &str| {
            id == manifest.component_id || manifest.provider_ids.iter().any(|ours| ours == id)
        };
        match news {
            News::Status(status) => self.status(status),
            News::Moved { id } => {
                self.failures.remove(&id);
            }
            News::Failed { id, host, reason } if ours(&id) => {
                let since = self
                    .failures
                    .get(&id)
                    .map_or_else(Instant::now, |failure| failure.since);
                let reason = format!(
                    "the host {host} could not start {id}: {}",
                    shortened(&reason)
                );
                self.failures.insert(id, Failure { reason, since });
            }
            News::Failed { .. } | News::Hosts | News::Quiet => {}
        }
    }

    fn status(&mut self, status: Status) {
        let failed = status.info.status_type == StatusType::Failed
            && !status.info.message.contains(NO_HOST_YET);
        self.failed_since = match failed {
            true => Some(self.failed_since.unwrap_or_else(Instant::now)),
            false => None,
        };
        self.status = Some(status);
    }

    fn is_deployed(&self) -> bool {
        self.status
            .as_ref()
            .is_some_and(|status| status.info.status_type == StatusType::Deployed)
    }

    /// Why there is no hope, once something has failed for `limit`.
    fn given_up(&self, limit: Duration) -> Option<String> {
        let host = self
            .failures
            .values()
            .find(|failure| failure.since.elapsed() > limit);
        if let Some(failure) = host {
            return Some(failure.reason.clone());
        }
        let wadm = self
            .failed_since
            .is_some_and(|since| since.elapsed() > limit);
        wadm.then(|| self.wadm_says()).flatten()
    }

    /// Why it does not run after `limit`: the cause that lies deepest.
    fn in_words(&self, missing: Option<String>, limit: Duration) -> String {
        let failure = self
            .failures
            .values()
            .next()
            .map(|failure| failure.reason.clone());
        let reason = failure.or_else(|| self.wadm_says()).or(missing);
        let reason = reason.unwrap_or_else(|| "wadm does not say why".to_owned());
        format!("not running after {} s: {reason}", limit.as_secs())
    }

    fn wadm_says(&self) -> Option<String> {
        let info = &self.status.as_ref()?.info;
        let message = info.message.trim();
        (info.status_type != StatusType::Deployed && !message.is_empty())
            .then(|| format!("wadm says: {}", shortened(message)))
    }
}

/// The hosts of a target, and whether there is any host at all.
fn of_target(mut hosts: Vec<Host>, target: &str) -> (Vec<Host>, bool) {
    let any = !hosts.is_empty();
    hosts.retain(|host| host.target() == Some(target));
    (hosts, any)
}

fn no_host(target: &str, any: bool) -> String {
    match any {
        true => format!("no host with host-type={target} answers"),
        false => format!("no host with host-type={target} answers, nor any other on this lattice"),
    }
}

/// Hosts report whole chains of causes, the last of which says most: of a long
/// one the middle is left out.
fn shortened(reason: &str) -> String {
    const HEAD: usize = 120;
    const TAIL: usize = 280;
    let line: Vec<char> = reason
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .collect();
    match line.len() > HEAD + TAIL {
        true => {
            let head: String = line[..HEAD].iter().collect();
            let tail: String = line[line.len() - TAIL..].iter().collect();
            format!("{head} … {tail}")
        }
        false => line.into_iter().collect(),
    }
}
