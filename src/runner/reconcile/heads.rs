//! The heads of a repository's branches, held against what was accepted.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::missed::is_missed;
use super::{Branch, Trouble, now};
use crate::forge::{asks_to_skip, title};
use crate::queue::{Accepted, NewRun, QueueError};
use crate::runner::push::Serve;
use crate::runner::serve::Desk;
use crate::source::{Mirror, Remote, SourceError};

/// How long a remote may take. What is fetched for the first time goes on after it, and is
/// there for the next look.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a remote answers.
struct Head {
    commit: String,
    /// Of a commit that nobody knew, where the branch still has it.
    message: Option<String>,
}

type Answer = Result<BTreeMap<String, Head>, SourceError>;

/// What is remembered from one look to the next.
#[derive(Default)]
pub(super) struct Heads {
    /// Branch → a head that asked to be skipped.
    skipped: BTreeMap<String, String>,
    /// An earlier question that has no answer yet: its thread cannot be stopped, and there
    /// is never a second one beside it.
    asking: Option<JoinHandle<Answer>>,
}

impl Heads {
    /// Accepts what nobody told of, as a delivery would be. Each branch gets its head.
    pub(super) async fn look(
        &mut self,
        serve: &Serve,
        branches: &mut [Branch<'_>],
        grace: Duration,
        desk: &Desk,
    ) -> Result<(), Trouble> {
        let mut heads = self.ask(serve, branches).await?;
        for branch in branches {
            let Some(head) = heads.remove(branch.name) else {
                continue;
            };
            branch.head = Some(head.commit.clone());
            let latest = branch.latest.as_ref().map(|latest| &latest.run);
            if !is_missed(&head.commit, branch.environment, latest, grace, now())
                || self.skipped.get(branch.name) == Some(&head.commit)
            {
                continue;
            }
            if head.message.as_deref().is_some_and(asks_to_skip) {
                tracing::info!(
                    repository = serve.repository.name,
                    branch = branch.name,
                    commit = head.commit,
                    "a head that was not told of says [skip ci]: it is left alone, as its delivery would be"
                );
                self.skipped.insert(branch.name.to_owned(), head.commit);
                continue;
            }
            accept(serve, branch, head, desk).await?;
        }
        Ok(())
    }

    async fn ask(&mut self, serve: &Serve, branches: &[Branch<'_>]) -> Result<BTreeMap<String, Head>, Trouble> {
        let silent = || Trouble::Silent(serve.repository.url.clone());
        if self.asking.as_ref().is_some_and(|asking| !asking.is_finished()) {
            return Err(silent());
        }
        // What was asked earlier is old by now.
        self.asking = None;
        let known = branches.iter().map(|branch| {
            let latest = branch
                .latest
                .as_ref()
                .filter(|latest| latest.run.environment == branch.environment);
            let latest = latest.map(|latest| latest.run.commit.clone());
            (branch.name.to_owned(), (latest, self.skipped.get(branch.name).cloned()))
        });
        let known: Known = known.collect();
        let (mirror, remote) = (serve.mirror.clone(), serve.remote());
        let mut asking = spawn_blocking(move || answer(&mirror, remote, &known));
        match timeout(PATIENCE, &mut asking).await {
            Ok(answered) => Ok(answered.unwrap_or_else(|error| Err(SourceError::Broken(error.to_string())))?),
            Err(_) => {
                self.asking = Some(asking);
                Err(silent())
            }
        }
    }
}

/// Branch → the commits of it that nobody needs to read.
type Known = BTreeMap<String, (Option<String>, Option<String>)>;

fn answer(mirror: &Path, remote: Remote, known: &Known) -> Answer {
    let mirror = Mirror::open(mirror, remote)?;
    let mut heads = BTreeMap::new();
    for (branch, commit) in mirror.heads(known.keys().map(String::as_str))? {
        let is_known = known
            .get(&branch)
            .is_some_and(|(latest, skipped)| [latest, skipped].contains(&&Some(commit.clone())));
        let message = match is_known {
            true => None,
            false => mirror.message(&branch, &commit)?,
        };
        heads.insert(branch, Head { commit, message });
    }
    Ok(heads)
}

async fn accept(serve: &Serve, branch: &Branch<'_>, head: Head, desk: &Desk) -> Result<(), QueueError> {
    let latest = branch.latest.as_ref().map(|latest| &latest.run);
    let title = match (&head.message, latest) {
        (Some(message), _) => title(message),
        // It was superseded, and is the head once more.
        (None, Some(latest)) if latest.commit == head.commit => latest.title.clone(),
        // The branch moved on between two questions.
        (None, _) => return Ok(()),
    };
    let run = NewRun {
        forge: serve.repository.forge.as_str().to_owned(),
        repository: serve.repository.name.clone(),
        delivery: None,
        branch: branch.name.to_owned(),
        commit: head.commit,
        environment: branch.environment.to_owned(),
        title,
    };
    match desk
        .queue
        .accept_after(&run, latest.map(|latest| latest.id.as_str()))
        .await?
    {
        Accepted::New(id) => {
            let (repository, branch, commit) = (&run.repository, &run.branch, &run.commit);
            tracing::info!(
                run = id,
                repository,
                branch,
                commit,
                "a head that was not told of is queued"
            );
            desk.figures.head_missed(repository);
            let line = "no delivery told of this head: the runner found it when it looked at the branch\n";
            // The run matters more than this line.
            let _ = desk.queue.append_log(&id, line).await;
        }
        // Somebody told of a head meanwhile.
        Accepted::Duplicate(_) => {}
        Accepted::Full => {
            tracing::warn!(
                repository = run.repository,
                "a head that was not told of waits for room in the queue"
            );
        }
    }
    Ok(())
}
