//! What was seen of a start so far, and what that means.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use wadm_types::api::{Status, StatusType};

use super::watch::News;
use crate::generate::Manifest;

/// wadm's words while it has not heard of a host yet.
const NO_HOST_YET: &str = "0 eligible hosts";

/// A host's words when wadm, which it kept waiting, asks it once more to start a provider.
/// wadm takes them for a failure; it looks again by itself.
const RUNS_ALREADY: &str = "already running with that ID";

/// A part that a host could not start.
struct Failure {
    reason: String,
    since: Instant,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    failures: BTreeMap<String, Failure>,
    status: Option<Status>,
    /// Since when wadm says "Failed" without a pause.
    failed_since: Option<Instant>,
}

impl Seen {
    pub(super) fn take(&mut self, news: News, manifest: &Manifest, now: Instant) {
        let ours = |id: &str| id == manifest.component_id || manifest.provider_ids.iter().any(|ours| ours == id);
        match news {
            News::Status(status) => self.status(status, now),
            News::Moved { id } => {
                self.failures.remove(&id);
            }
            News::Failed { id, host, reason } if ours(&id) && !reason.contains(RUNS_ALREADY) => {
                let since = self.failures.get(&id).map_or(now, |failure| failure.since);
                let reason = format!("the host {host} could not start {id}: {}", shortened(&reason));
                self.failures.insert(id, Failure { reason, since });
            }
            News::Failed { .. } | News::Hosts | News::Quiet => {}
        }
    }

    pub(super) fn status(&mut self, status: Status, now: Instant) {
        let harmless = [NO_HOST_YET, RUNS_ALREADY];
        let harmless = harmless.iter().any(|words| status.info.message.contains(words));
        let failed = status.info.status_type == StatusType::Failed && !harmless;
        self.failed_since = match failed {
            true => Some(self.failed_since.unwrap_or(now)),
            false => None,
        };
        self.status = Some(status);
    }

    /// Whether wadm knows no host for it.
    pub(super) fn no_host(&self) -> bool {
        let message = self.status.as_ref().map(|status| status.info.message.as_str());
        message.is_some_and(|message| message.contains(NO_HOST_YET))
    }

    pub(super) fn is_deployed(&self) -> bool {
        self.status
            .as_ref()
            .is_some_and(|status| status.info.status_type == StatusType::Deployed)
    }

    /// Why there is no hope, once something has failed for `limit`.
    pub(super) fn given_up(&self, limit: Duration, now: Instant) -> Option<String> {
        let host = self.failures.values().find(|failure| now - failure.since > limit);
        if let Some(failure) = host {
            return Some(failure.reason.clone());
        }
        let wadm = self.failed_since.is_some_and(|since| now - since > limit);
        wadm.then(|| self.wadm_says()).flatten()
    }

    /// Why it does not run after `limit`: the cause that lies deepest.
    pub(super) fn in_words(&self, missing: Option<String>, limit: Duration) -> String {
        let failure = self.failures.values().next().map(|failure| failure.reason.clone());
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

#[cfg(test)]
mod tests {
    use wadm_types::api::StatusInfo;

    use super::*;

    fn failed(message: &str) -> News {
        News::Status(Status::new(StatusInfo::failed(message), Vec::new()))
    }

    fn manifest() -> Manifest {
        Manifest {
            application: "filter-edge".into(),
            target: "edge".into(),
            version: "1.0.0-0".into(),
            component_id: "filter_edge-task".into(),
            provider_ids: Vec::new(),
            document: serde_json::Value::Null,
            address: None,
        }
    }

    fn host_failed(id: &str) -> News {
        News::Failed {
            id: id.to_owned(),
            host: "NABC".to_owned(),
            reason: "manifest unknown".to_owned(),
        }
    }

    #[test]
    fn a_failure_counts_once_it_lasts() {
        let (mut seen, limit) = (Seen::default(), Duration::from_secs(15));
        let begun = Instant::now();
        let later = begun + Duration::from_secs(16);
        seen.take(host_failed("filter_edge-task"), &manifest(), begun);
        seen.take(host_failed("someone_elses"), &manifest(), begun);
        assert_eq!(seen.given_up(limit, begun), None);
        seen.take(host_failed("filter_edge-task"), &manifest(), later);
        assert_eq!(
            seen.given_up(limit, later).as_deref(),
            Some("the host NABC could not start filter_edge-task: manifest unknown")
        );
        // wadm tried again, and it went well.
        let moved = News::Moved {
            id: "filter_edge-task".into(),
        };
        seen.take(moved, &manifest(), later);
        assert_eq!(seen.given_up(limit, later), None);
    }

    #[test]
    fn wadm_not_having_heard_of_a_host_is_no_failure() {
        let (mut seen, limit) = (Seen::default(), Duration::from_secs(15));
        let begun = Instant::now();
        let later = begun + Duration::from_secs(16);
        let no_host = "Could not satisfy daemonscaler edge, 0 eligible hosts found.";
        assert!(!seen.no_host());
        seen.take(failed(no_host), &manifest(), begun);
        assert!(seen.no_host());
        assert_eq!(seen.given_up(limit, later), None);
        seen.take(failed("no such policy"), &manifest(), begun);
        assert_eq!(
            seen.given_up(limit, later).as_deref(),
            Some("wadm says: no such policy")
        );
    }

    #[test]
    fn a_provider_that_runs_already_is_no_failure() {
        let (mut seen, limit) = (Seen::default(), Duration::from_secs(15));
        let begun = Instant::now();
        let later = begun + Duration::from_secs(16);
        let words = "provider is already running with that ID, Scaling component on 1 host(s)";
        seen.take(failed(words), &manifest(), begun);
        let from_host = News::Failed {
            id: "filter_edge-task".into(),
            host: "NABC".into(),
            reason: "provider is already running with that ID".into(),
        };
        seen.take(from_host, &manifest(), begun);
        assert_eq!(seen.given_up(limit, later), None);
    }

    #[test]
    fn of_a_long_chain_both_ends_are_kept() {
        let long = format!("first {} last", "x".repeat(1_000));
        let short = shortened(&long);
        assert!(short.starts_with("first x") && short.ends_with("x last") && short.contains(" … "));
        assert_eq!(shortened("a\n  b"), "a b");
    }
}
