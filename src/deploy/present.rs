//! Which hosts are present.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::StatusCode;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::DeployError;
use super::host::{Answer, Asked, Control, Host};
use super::shared::Shared;

/// Hosts answer a ping within milliseconds, a busy one somewhat later, and
/// nobody knows how many there are.
const PING_LIMIT: Duration = Duration::from_secs(2);
const PING_QUIET: Duration = Duration::from_millis(300);

/// Once all have answered that were there before, this is for one that is new.
const ALL_ANSWERED: Duration = Duration::from_millis(20);

/// The hosts that were seen alive.
#[derive(Default)]
pub(super) struct Roll {
    counted: Shared<Vec<Host>>,
    /// By id.
    known: Mutex<BTreeMap<String, Host>>,
}

impl Roll {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Host>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Control {
    /// All hosts that live, as they were counted at `since` or later, in the order of
    /// their names: those that answer, and those that answered before and still listen.
    /// A host that compiles a component is silent for seconds, and must not be taken for
    /// one that is gone; NATS tells the two apart, since a dead host's subscriptions are
    /// dropped.
    pub(super) async fn hosts(&self, since: Instant) -> Result<Vec<Host>, DeployError> {
        self.roll.counted.since(since, self.count()).await
    }

    async fn count(&self) -> Result<Vec<Host>, DeployError> {
        let known: Vec<Host> = self.roll.known().values().cloned().collect();
        let mut hosts = self.answering_hosts(&known).await?;
        for silent in known {
            if hosts.iter().any(|host| host.id == silent.id) {
                continue;
            }
            match self.inventory(&silent).await? {
                Asked::Gone => {
                    self.roll.known().remove(&silent.id);
                }
                Asked::Silent | Asked::Runs(_) => hosts.push(silent),
            }
        }
        self.roll
            .known()
            .extend(hosts.iter().map(|host| (host.id.clone(), host.clone())));
        hosts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(hosts)
    }

    async fn answering_hosts(&self, known: &[Host]) -> Result<Vec<Host>, DeployError> {
        let mut answers = self.ask_all(self.subject("host.ping")).await?;
        let mut hosts: Vec<Host> = Vec::new();
        let mut until = Instant::now() + PING_LIMIT;
        while let Ok(Some(message)) = timeout_at(until, answers.next()).await {
            if message.status == Some(StatusCode::NO_RESPONDERS) {
                break;
            }
            if let Ok(Answer { response: Some(host) }) = serde_json::from_slice::<Answer<Host>>(&message.payload)
                && !hosts.iter().any(|other| other.id == host.id)
            {
                hosts.push(host);
            }
            let answered = |known: &Host| hosts.iter().any(|host| host.id == known.id);
            until = Instant::now()
                + match !known.is_empty() && known.iter().all(answered) {
                    true => ALL_ANSWERED,
                    false => PING_QUIET,
                };
        }
        Ok(hosts)
    }
}
