//! What is in the outbox goes to the forges, beside everything else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::serve::key;
use crate::forge::{CommitStatus, Forge, ForgeError, ForgeKind, StatusState};
use crate::queue::{Due, Next, Outbox, QueueError, Sent};
use crate::report::TaskState;

/// So many requests are on their way at once, of different repositories.
const AT_ONCE: usize = 8;
/// How often it looks by itself. Another process on the same store wakes nobody here.
const LOOK: Duration = Duration::from_secs(5);
/// What is still to be sent when the runner stops may take so long. The rest is sent
/// after the next start.
const LAST: Duration = Duration::from_secs(3);
/// The first pause after a forge did not answer, and the longest.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(300);

/// Sends statuses to forges: those of one repository in their order, one at a time.
pub(super) struct Poster {
    outbox: Arc<dyn Outbox>,
    /// By forge and repository; those with a token to post with.
    forges: HashMap<(String, String), Forge>,
    public_url: Option<String>,
    /// The limits of a forge are those of a token: what one repository was told counts
    /// for all. By the API's address.
    patience: HashMap<String, Instant>,
}

/// What came of one request.
struct Answer {
    due: Due,
    sent: Sent,
    /// An API that asked to wait, until then.
    patience: Option<(String, Instant)>,
}

impl Poster {
    pub(super) fn new(
        outbox: Arc<dyn Outbox>,
        forges: HashMap<(String, String), Forge>,
        public_url: Option<String>,
    ) -> Self {
        Self {
            outbox,
            forges,
            public_url,
            patience: HashMap::new(),
        }
    }

    /// Sends until `closing`, and then what can be sent in a moment.
    pub(super) async fn run(mut self, closing: CancellationToken) {
        let mut news = self.outbox.signals().statuses();
        let mut requests = JoinSet::new();
        while !closing.is_cancelled() {
            news.mark_unchanged();
            let pause = self.fill(&mut requests).await.unwrap_or(LOOK);
            tokio::select! {
                () = closing.cancelled() => {}
                // An error says that the store is gone; the next look will say so too.
                _ = news.changed() => {}
                Some(answered) = requests.join_next() => self.over(answered).await,
                () = sleep(pause.min(LOOK)) => {}
            }
        }
        let until = Instant::now() + LAST;
        loop {
            self.fill(&mut requests).await;
            match timeout_at(until, requests.join_next()).await {
                Ok(Some(answered)) => self.over(answered).await,
                Ok(None) | Err(_) => break,
            }
        }
    }

    /// Begins what may be begun. How long until there is more, where that is known.
    async fn fill(&mut self, requests: &mut JoinSet<Answer>) -> Option<Duration> {
        while requests.len() < AT_ONCE {
            let due = match self.outbox.take().await {
                Ok(Next::Now(due)) => due,
                Ok(Next::In(time)) => return Some(time),
                Ok(Next::Nothing) => return None,
                Err(error) => {
                    tracing::error!(%error, "cannot look for statuses to post");
                    return None;
                }
            };
            match self.forge_of(&due) {
                Ok(forge) => {
                    let status = self.status(&due);
                    requests.spawn(async move { post(forge, due, &status).await });
                }
                Err(sent) => self.settle(&due, sent).await,
            }
        }
        None
    }

    /// Who takes it, or why it is not sent now.
    fn forge_of(&self, due: &Due) -> Result<Forge, Sent> {
        let kind: Option<ForgeKind> = due.forge.parse().ok();
        let known = kind.and_then(|kind| self.forges.get(&key(kind, &due.repository)));
        let forge = match known {
            Some(forge) => forge,
            None => {
                return Err(Sent::Refused("runner.yaml no longer has the repository".into()));
            }
        };
        let left = self
            .patience
            .get(forge.api())
            .map(|until| until.saturating_duration_since(Instant::now()));
        match left {
            Some(left) if !left.is_zero() => Err(Sent::Later(left)),
            _ => Ok(forge.clone()),
        }
    }

    fn status(&self, due: &Due) -> CommitStatus {
        CommitStatus {
            context: due.status.context.clone(),
            state: match due.status.state {
                TaskState::Pending => StatusState::Pending,
                TaskState::Success => StatusState::Success,
                TaskState::Failure => StatusState::Failure,
                // Neither forge knows "skipped", and a task that was left out must not
                // look as if it were well.
                TaskState::Error | TaskState::Skipped => StatusState::Error,
            },
            description: due.status.description.clone(),
            target_url: self.public_url.as_ref().map(|url| format!("{url}/runs/{}", due.run)),
        }
    }

    async fn over(&mut self, answered: Result<Answer, tokio::task::JoinError>) {
        match answered {
            Ok(answer) => {
                self.patience.extend(answer.patience);
                self.settle(&answer.due, answer.sent).await;
            }
            // It is handed out again in a moment.
            Err(error) => tracing::error!(%error, "posting a status broke off"),
        }
    }

    /// What could not be stored is handed out, and sent, once more.
    async fn settle(&self, due: &Due, sent: Sent) {
        let stored: Result<(), QueueError> = self.outbox.settle(due.number, &sent).await;
        if let Err(error) = stored {
            tracing::warn!(%error, run = due.run, "cannot store what became of a status");
        }
    }
}

async fn post(forge: Forge, due: Due, status: &CommitStatus) -> Answer {
    let posted = forge.post_status(&due.repository, &due.commit, status).await;
    let Err(error) = posted else {
        return Answer {
            due,
            sent: Sent::Taken,
            patience: None,
        };
    };
    let context = &status.context;
    if !error.is_temporary() {
        tracing::warn!(%error, run = due.run, context, "a status could not be posted");
        return Answer {
            due,
            sent: Sent::Refused(error.to_string()),
            patience: None,
        };
    }
    let pause = error.retry_after().unwrap_or_else(|| backoff(due.tries));
    if due.tries == 0 {
        tracing::warn!(%error, run = due.run, context, "a status is posted later");
    }
    let patience = match error {
        ForgeError::RateLimited { .. } => Some((forge.api().to_owned(), Instant::now() + pause)),
        _ => None,
    };
    Answer {
        due,
        sent: Sent::Later(pause),
        patience,
    }
}

/// Twice as long each time, and anything from half of that to all of it: what failed
/// together does not come back together.
fn backoff(tries: u32) -> Duration {
    let longest = SHORTEST.saturating_mul(1 << tries.min(16)).min(LONGEST);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_and_never_passes_its_bound() {
        for tries in 0..100 {
            let pause = backoff(tries);
            assert!(pause >= SHORTEST / 2 && pause <= LONGEST, "{tries}: {pause:?}");
        }
        assert!(backoff(100) >= LONGEST / 2);
    }
}
