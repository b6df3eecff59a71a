//! What is deployed, held against what the head of the branch wants.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::ledger::{MOST, Step};
use super::{Branch, Trouble, Watch, now};
use crate::forge::title;
use crate::generate::Templates;
use crate::pipeline::{self, Departure, Settling};
use crate::queue::{Accepted, Filter, HEALS, Latest, NewRun, QueueError, RunState};
use crate::report::Reporter;
use crate::runner::push::Serve;
use crate::services::Services;
use crate::source::{Limits, Mirror, SourceError};

/// How long a lattice, the builder and the disk may take for a look.
const PATIENCE: Duration = Duration::from_secs(120);

impl Watch<'_> {
    /// Each environment, once: where several branches go to one, the one that went there
    /// last says what should be there.
    pub(super) async fn look_at_what_is_deployed(&mut self, branches: &[Branch<'_>]) -> Result<(), Trouble> {
        let mut names: Vec<&str> = branches.iter().map(|branch| branch.environment).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of_it = branches.iter().filter(|branch| branch.environment == name);
            let runs = of_it.filter_map(|branch| Some((branch, branch.latest.as_ref()?)));
            let runs = runs.filter(|(_, latest)| latest.run.environment == name);
            let Some((branch, latest)) = runs.max_by_key(|(_, latest)| latest.run.created_at) else {
                continue;
            };
            match branch.head.is_some() && is_settled(latest) {
                true => self.look_at(branch, latest).await?,
                false => self.desk.figures.drift(&self.serve.repository.name, name, None),
            }
        }
        Ok(())
    }

    async fn look_at(&mut self, branch: &Branch<'_>, latest: &Latest) -> Result<(), Trouble> {
        let environment = branch.environment;
        let Some(services) = self.desk.environments.get(environment) else {
            return Ok(());
        };
        if self.is_at_work(environment).await? {
            return Ok(());
        }
        let repository = &self.serve.repository.name;
        let found = match departures(self.serve, services, &latest.run.commit).await {
            Ok(found) => found,
            Err(error) => {
                // The runs say it where people look; here it may be said every few minutes.
                tracing::debug!(repository, environment, error, "what is deployed cannot be seen");
                self.desk.figures.drift(repository, environment, None);
                return Ok(());
            }
        };
        // A run that began meanwhile was seen halfway.
        let of = &self.serve.repository;
        let still = self.desk.queue.latest(of.forge.as_str(), &of.name, branch.name).await?;
        if still.as_ref() != Some(latest) || self.is_at_work(environment).await? {
            return Ok(());
        }
        self.desk.figures.drift(repository, environment, Some(found.len()));
        let is_restored = found.iter().any(|departure| departure.restored);
        let may_heal = services.environment().heal && !is_restored && branch.head.as_ref() == Some(&latest.run.commit);
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        let text = words.join("; ");
        let ledger = self.ledgers.entry(environment.to_owned()).or_default();
        match ledger.take(&latest.run.commit, words, may_heal, self.pause, now()) {
            Step::Nothing => {}
            Step::Well => tracing::info!(repository, environment, "what is deployed is what the head wants again"),
            Step::Departs if is_restored => tracing::info!(
                repository,
                environment,
                departs = text,
                "what is deployed departs from the head: something was put back by hand, and stays until the next push"
            ),
            Step::Departs => tracing::warn!(
                repository,
                environment,
                departs = text,
                "what is deployed departs from the head"
            ),
            Step::Heal(attempt) => self.heal(branch, latest, attempt, &text).await?,
            Step::GaveUp => tracing::error!(
                repository,
                environment,
                departs = text,
                "what is deployed departs from the head, and was deployed anew {MOST} times in vain: \
                 nothing more is done until the next push; the runs say why"
            ),
        }
        Ok(())
    }

    /// A run like any other, of the same commit: it deploys what departs, and builds only
    /// what is in no registry any more.
    async fn heal(&self, branch: &Branch<'_>, latest: &Latest, attempt: u32, text: &str) -> Result<(), QueueError> {
        let text = self.serve.mask.hide(text);
        let run = NewRun {
            forge: latest.run.forge.clone(),
            repository: latest.run.repository.clone(),
            delivery: Some(format!("{HEALS}{}", Uuid::now_v7())),
            branch: branch.name.to_owned(),
            commit: latest.run.commit.clone(),
            environment: branch.environment.to_owned(),
            title: title(&format!("heal: {text}")),
        };
        let (repository, environment) = (&run.repository, &run.environment);
        match self.desk.queue.accept_after(&run, Some(&latest.run.id)).await? {
            Accepted::New(id) => {
                tracing::warn!(run = id, repository, environment, departs = %text, attempt, "healing");
                let line =
                    format!("heal, attempt {attempt} of {MOST}: what is deployed departs from this commit: {text}\n");
                self.desk.figures.healing(repository, environment);
                // The run matters more than this line.
                let _ = self.desk.queue.append_log(&id, &line).await;
            }
            // Somebody pushed meanwhile.
            Accepted::Duplicate(_) => {}
            Accepted::Full => tracing::warn!(repository, environment, "healing waits for room in the queue"),
        }
        Ok(())
    }

    /// Whether a run of this repository and environment waits or goes on.
    async fn is_at_work(&self, environment: &str) -> Result<bool, QueueError> {
        let of = &self.serve.repository;
        for state in [RunState::Queued, RunState::Running] {
            let filter = Filter {
                repository: Some(of.name.clone()),
                state: Some(state),
                limit: Some(200),
                ..Filter::default()
            };
            let page = self.desk.queue.runs(&filter).await?;
            let is_of_it = |forge: &str, to: &str| forge == of.forge.as_str() && to == environment;
            if page.next.is_some() || page.runs.iter().any(|run| is_of_it(&run.forge, &run.environment)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether what a run wanted is deployed, as far as the runner knows. One that failed says
/// so itself; one that was to heal, and failed, leaves what it was to heal.
fn is_settled(latest: &Latest) -> bool {
    match latest.run.state {
        RunState::Success => true,
        RunState::Failure | RunState::Error | RunState::Cancelled => latest.heals,
        RunState::Queued | RunState::Running | RunState::Superseded => false,
    }
}

/// How what is deployed departs from a commit, which an earlier run fetched.
async fn departures(serve: &Serve, services: &Services, commit: &str) -> Result<Vec<Departure>, String> {
    let (mirror, remote) = (serve.mirror.clone(), serve.remote());
    let (id, with_templates) = (commit.to_owned(), serve.repository.templates);
    let reading = tokio::task::spawn_blocking(move || {
        let mirror = Mirror::open(&mirror, remote)?;
        let templates = if with_templates { mirror.templates(&id)? } else { None };
        Ok::<_, SourceError>((mirror.commit(&id, &Limits::default())?, templates))
    });
    let looking = async {
        let (read, templates) = match reading.await {
            Ok(read) => read.map_err(|error| error.to_string())?,
            Err(error) => return Err(error.to_string()),
        };
        let services = match templates.as_ref().map(Templates::with) {
            None => services.clone(),
            Some(Ok(templates)) => services.with_templates(templates),
            Some(Err(error)) => return Err(error.to_string()),
        };
        let settling = Settling {
            repository: &serve.repository.name,
            commit,
            notes: &serve.mirror,
        };
        let found = pipeline::departures(Arc::new(read), settling, &services, &Reporter::default()).await;
        found.map_err(|error| error.to_string())
    };
    let looked = timeout(PATIENCE, looking).await;
    looked.unwrap_or_else(|_| Err("it takes too long".to_owned()))
}
