//! One run of the runner: a pushed commit, from the fetch to its last status.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::ending::{end, finished, hidden};
use super::fetch::{self, Fetched};
use super::held::Held;
use super::later::Came;
use super::measure::Measure;
use super::patience::Patience;
use super::platform::Platform;
use crate::config::Repository;
use crate::generate::Templates;
use crate::pipeline::{self, Away, Goal, Outcome, Part, Prune, Request, RunError, Settling};
use crate::queue::{Answer, Job, Outbox, Queue, Run, RunState};
use crate::report::{Event, Log, Mask, Record, Reporter, Stage, Statuses, counted};
use crate::server::Figures;
use crate::services::Services;
use crate::source::{Commit, Remote, SourceError};

/// What every run of one repository shares.
pub(super) struct Serve {
    pub(super) repository: Repository,
    pub(super) mirror: PathBuf,
    /// Begins the names of its caches: this runner's, this repository's of this forge.
    pub(super) cache: String,
    pub(super) keep_going: bool,
    /// Hides the secrets of all that is served: in logs, statuses and the store.
    pub(super) mask: Mask,
    /// Cancelled when the runner stops: a run that stops with it is handed back,
    /// and has not ended.
    pub(super) shutdown: CancellationToken,
    /// What runs need, and whether it is there.
    pub(super) platform: Arc<Platform>,
    /// Where the repository is, as [`Platform`] names it.
    pub(super) origin: String,
    /// For fetches of the repository.
    pub(super) fetches: Arc<Semaphore>,
    /// What is counted of all runs.
    pub(super) figures: Figures,
}

impl Serve {
    /// Works a job off.
    pub(super) async fn work(
        &self,
        job: &Job,
        (queue, outbox): (Arc<dyn Queue>, Arc<dyn Outbox>),
        services: &Services,
        patience: &Patience,
        cancel: &CancellationToken,
    ) -> Answer {
        let begun = Instant::now();
        let run = &job.run;
        let (statuses, announcing) = match Statuses::start(outbox, job.lease.clone()).await {
            Ok(started) => started,
            Err(error) => return Answer::Over(end(RunState::Error, error.to_string())),
        };
        let (log, storing) = Log::start(Arc::clone(&queue), &run.id);
        let (record, recording) = Record::start(Arc::clone(&queue), job.lease.clone());
        if run.postponed == 0 {
            statuses.begin();
        }
        let held = Held::before(Arc::clone(&statuses) as _);
        let measure = Arc::new(Measure(self.figures.clone()));
        let reporter = Reporter::new(vec![log, record, Arc::clone(&held) as _, measure]).masked(self.mask.clone());
        let came = self.try_once(job, services, patience, &reporter, cancel).await;
        let mut ended = hidden(came.end, &self.mask);
        let later = match came.away {
            Some(away) => self.later(run, away, patience, &mut ended),
            None => None,
        };
        match (&later, &ended.reason) {
            (Some(later), _) => {
                let seconds = later.after.as_secs() + 1;
                let text = format!("put off: {}; it is tried again within {seconds} s", later.reason);
                reporter.line(None, Stage::Run, text);
            }
            (None, Some(reason)) => reporter.line(None, Stage::Run, format!("{}: {reason}", ended.state.as_str())),
            (None, None) => {}
        }
        let handed_back = ended.state == RunState::Cancelled && self.shutdown.is_cancelled();
        match &later {
            Some(later) => statuses.wait(&later.reason),
            None if !handed_back => {
                held.release();
                statuses.settle(&ended.tasks);
            }
            None => {}
        }
        // What the run said is stored before its end is, and with its end goes its status:
        // who follows the link on the forge then finds all of it.
        drop((reporter, held, statuses));
        for stored in [storing.await, recording.await, announcing.await] {
            if let Err(error) = stored {
                tracing::error!(%error, run = run.id, "storing what the run said broke off");
            }
        }
        // A run that broke off keeps the tasks that were recorded.
        if !ended.tasks.is_empty()
            && let Err(error) = queue.record(&job.lease, &ended.tasks).await
        {
            tracing::warn!(%error, run = run.id, "the tasks of a run could not be stored");
        }
        if let Some(later) = &later {
            tracing::warn!(
                run = run.id,
                repository = run.repository,
                reason = later.reason,
                "a run is put off"
            );
        } else if !handed_back {
            tracing::info!(
                run = run.id,
                repository = run.repository,
                state = ended.state.as_str(),
                "a run has ended"
            );
            self.figures
                .run_ended(&run.repository, ended.state.as_str(), begun.elapsed());
        }
        later.map_or(Answer::Over(ended), Answer::Later)
    }

    pub(super) async fn stages(
        &self,
        job: &Job,
        services: &Services,
        patience: &Patience,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Came {
        let run = &job.run;
        let fetching = reporter.started(None, Stage::Fetch);
        let fetched = fetch::fetch(
            &self.repository,
            &self.mirror,
            (&run.branch, &run.commit),
            &self.fetches,
            patience.silence,
            cancel,
        );
        let (commit, templates) = match fetched.await {
            Ok(Fetched::Head { commit, templates }) => (commit, templates),
            Ok(Fetched::Passed(reason)) => return end(RunState::Superseded, reason).into(),
            Ok(Fetched::Cancelled) => return end(RunState::Cancelled, "cancelled").into(),
            Err(error) => {
                reporter.failed(None, Stage::Fetch, error.to_string());
                let state = match error {
                    SourceError::Link(_) | SourceError::TooLarge { .. } => RunState::Failure,
                    _ => RunState::Error,
                };
                return Came {
                    end: end(state, error.to_string()),
                    away: error.is_temporary().then(|| Away::is(Part::Forge)),
                };
            }
        };
        reporter.finished(
            None,
            Stage::Fetch,
            fetching.elapsed(),
            format!("{} of {}", run.commit, run.branch),
        );
        if commit.projects().is_empty() {
            return end(
                RunState::Success,
                "nothing to do: no folder of this commit has a workflow.yaml",
            )
            .into();
        }
        let own;
        let services = match templates.as_ref().map(Templates::with) {
            None => services,
            Some(Ok(templates)) => {
                own = services.with_templates(templates);
                &own
            }
            Some(Err(error)) => {
                reporter.failed(None, Stage::Generate, error.to_string());
                return end(RunState::Failure, error.to_string()).into();
            }
        };
        if job.lease.attempt > 1 || run.postponed > 0 {
            clean_up(&run.id, services, reporter).await;
        }
        match self.carry_out(commit, run, services, reporter, cancel).await {
            Ok(outcome) => Came {
                end: finished(&outcome),
                away: outcome.away(),
            },
            Err(RunError::Cancelled) => end(RunState::Cancelled, "cancelled").into(),
            Err(error) => {
                let state = if error.is_input() {
                    RunState::Failure
                } else {
                    RunState::Error
                };
                Came {
                    end: end(state, error.to_string()),
                    away: error.away(),
                }
            }
        }
    }

    /// All stages after the fetch, for the projects that are not deployed as they are
    /// wanted.
    async fn carry_out(
        &self,
        commit: Commit,
        run: &Run,
        services: &Services,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Outcome, RunError> {
        let all: Vec<String> = commit.projects().iter().map(|project| project.path.clone()).collect();
        reporter.announce(Event::Projects(all.len()));
        let settling = Settling {
            repository: &self.repository.name,
            commit: &run.commit,
            notes: &self.mirror,
        };
        let settled = tokio::select! {
            settled = pipeline::settle(Arc::new(commit), settling, services, reporter) => settled?,
            () = cancel.cancelled() => return Err(RunError::Cancelled),
        };
        let (read, known) = (settled.read, settled.unchanged.count());
        let text = format!("read {read} of {}", counted(all.len(), "project"));
        let text = match known {
            0 => text,
            _ => format!("{text}; {} deployed as wanted", counted(known, "task")),
        };
        reporter.line(None, Stage::Plan, text);
        let is_read = |path: &String| settled.projects.iter().any(|project| project.path == *path);
        let others: Vec<String> = all.into_iter().filter(|path| !is_read(path)).collect();
        let mut outcome = match settled.projects.is_empty() && !settled.gone {
            true => Outcome::default(),
            false => {
                // Who may push to one environment has no hand in what another one builds from.
                let cache = format!("{}+{}", self.cache, run.environment);
                let request = Request {
                    projects: &settled.projects,
                    others: &others,
                    repository: &self.repository.name,
                    cache: &cache,
                    commit: Some(&run.commit),
                    run: &run.id,
                    keep_going: self.keep_going,
                    // All projects of the commit are here, or among the others.
                    prune: Prune::Projects,
                };
                pipeline::run(&request, Goal::Brush, services, reporter, cancel).await?
            }
        };
        outcome.tasks.extend(settled.unchanged.outcomes());
        outcome.tasks.sort_by(|a, b| a.project.cmp(&b.project));
        Ok(outcome)
    }

    /// Where it is fetched from.
    pub(super) fn remote(&self) -> Remote {
        Remote {
            url: self.repository.url.clone(),
            token: self.repository.token.clone(),
        }
    }
}

/// Removes the containers of an attempt that was killed.
async fn clean_up(run: &str, services: &Services, reporter: &Reporter) {
    // A builder that is not there is an error of the run itself, a little later.
    let Ok(builder) = services.builder(reporter).await else {
        return;
    };
    if let Some(docker) = builder.docker() {
        match docker.remove_leftovers(run).await {
            Ok(0) => {}
            Ok(count) => reporter.line(
                None,
                Stage::Build,
                format!("removed {count} containers of an earlier attempt"),
            ),
            Err(error) => tracing::warn!(%error, run, "containers of an earlier attempt may be left"),
        }
    }
}
