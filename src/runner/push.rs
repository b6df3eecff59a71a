//! One run of the runner: a pushed commit, from the fetch to its last status.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::measure::Measure;
use crate::config::Repository;
use crate::forge::{Forge, StatusState};
use crate::generate::Templates;
use crate::pipeline::{self, Goal, Outcome, Prune, Request, RunError, Settling, TaskOutcome};
use crate::queue::{Job, Queue, Run, RunEnd, RunState, TargetRecord, TaskRecord};
use crate::report::{Ending, Event, Log, Mask, Record, Reporter, Stage, Statuses, TaskState, counted};
use crate::server::Figures;
use crate::services::Services;
use crate::source::{Commit, Head, Limits, Mirror, ProjectFiles, Remote, SourceError};

/// What every run of one repository shares.
pub(super) struct Serve {
    pub(super) repository: Repository,
    pub(super) forge: Option<Forge>,
    pub(super) mirror: PathBuf,
    pub(super) public_url: Option<String>,
    pub(super) keep_going: bool,
    /// Hides the secrets of all that is served: in logs, statuses and the store.
    pub(super) mask: Mask,
    /// Cancelled when the runner stops: a run that stops with it is handed back,
    /// and has not ended.
    pub(super) shutdown: CancellationToken,
    /// What is counted of all runs.
    pub(super) figures: Figures,
}

/// What was fetched for a run.
enum Fetched {
    Head {
        commit: Commit,
        /// What is in `templates/`, where that counts.
        templates: Option<ProjectFiles>,
    },
    /// The branch has another head, or none.
    Passed(String),
}

impl Serve {
    /// Works a job off.
    pub(super) async fn work(
        &self,
        job: &Job,
        queue: Arc<dyn Queue>,
        services: &Services,
        cancel: &CancellationToken,
    ) -> RunEnd {
        let begun = Instant::now();
        let run = &job.run;
        let page = self.public_url.as_ref().map(|url| format!("{url}/runs/{}", run.id));
        let (log, storing) = Log::start(Arc::clone(&queue), &run.id);
        let (statuses, posting) = Statuses::start(self.forge.clone(), &self.repository.name, &run.commit, page);
        let (record, recording) = Record::start(Arc::clone(&queue), job.lease.clone());
        for passed in &job.passed {
            self.tell_passed(passed.commit.as_str(), &passed.id).await;
        }
        statuses.begin();
        let measure = Arc::new(Measure(self.figures.clone()));
        let reporter = Reporter::new(vec![log, record, Arc::clone(&statuses) as _, measure]).masked(self.mask.clone());
        let ended = match job.gave_up {
            true => end(
                RunState::Error,
                "it was begun several times and never ended; the runner's log says more",
            ),
            false => self.stages(job, services, &reporter, cancel).await,
        };
        let ended = hidden(ended, &self.mask);
        if let Some(reason) = &ended.reason {
            reporter.line(None, Stage::Run, format!("{}: {reason}", ended.state.as_str()));
        }
        // What the run said is stored before its forge is told how it ended: who
        // follows the link then finds all of it.
        drop(reporter);
        for stored in [storing.await, recording.await] {
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
        let handed_back = ended.state == RunState::Cancelled && self.shutdown.is_cancelled();
        if !handed_back {
            tracing::info!(
                run = run.id,
                repository = run.repository,
                state = ended.state.as_str(),
                "a run has ended"
            );
            self.figures
                .run_ended(&run.repository, ended.state.as_str(), begun.elapsed());
            statuses.end(ending(&ended));
        }
        // The posting ends once all is posted. A shutdown does not wait for the
        // forge: the run is taken up again, and its statuses with it.
        drop(statuses);
        if !handed_back && let Err(error) = posting.await {
            tracing::error!(%error, run = run.id, "posting statuses broke off");
        }
        ended
    }

    /// Tells the forge of a commit whose run was never begun.
    async fn tell_passed(&self, commit: &str, run: &str) {
        let page = self.public_url.as_ref().map(|url| format!("{url}/runs/{run}"));
        let (statuses, posting) = Statuses::start(self.forge.clone(), &self.repository.name, commit, page);
        statuses.end(Ending {
            state: StatusState::Error,
            description: "superseded: a newer commit was pushed before its turn came".into(),
        });
        drop(statuses);
        if let Err(error) = posting.await {
            tracing::error!(%error, run, "posting statuses broke off");
        }
    }

    async fn stages(&self, job: &Job, services: &Services, reporter: &Reporter, cancel: &CancellationToken) -> RunEnd {
        let run = &job.run;
        let fetching = reporter.started(None, Stage::Fetch);
        let (commit, templates) = match self.fetch(&run.branch, &run.commit).await {
            Ok(Fetched::Head { commit, templates }) => (commit, templates),
            Ok(Fetched::Passed(reason)) => return end(RunState::Superseded, reason),
            Err(error) => {
                reporter.failed(None, Stage::Fetch, error.to_string());
                let state = match error {
                    SourceError::Link(_) | SourceError::TooLarge { .. } => RunState::Failure,
                    _ => RunState::Error,
                };
                return end(state, error.to_string());
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
            );
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
                return end(RunState::Failure, error.to_string());
            }
        };
        if job.lease.attempt > 1 {
            clean_up(&run.id, services, reporter).await;
        }
        match self.carry_out(commit, run, services, reporter, cancel).await {
            Ok(outcome) => finished(&outcome),
            Err(RunError::Cancelled) => end(RunState::Cancelled, "cancelled"),
            Err(error) => {
                let state = if error.is_input() {
                    RunState::Failure
                } else {
                    RunState::Error
                };
                end(state, error.to_string())
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
                let request = Request {
                    projects: &settled.projects,
                    others: &others,
                    repository: &self.repository.name,
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

    /// Fetches the branch; the commit where it is its head.
    async fn fetch(&self, branch: &str, commit: &str) -> Result<Fetched, SourceError> {
        let (mirror, branch, commit) = (self.mirror.clone(), branch.to_owned(), commit.to_owned());
        let remote = self.remote();
        let templates = self.repository.templates;
        let fetched = tokio::task::spawn_blocking(move || fetch(&mirror, remote, &branch, &commit, templates)).await;
        fetched.unwrap_or_else(|error| Err(SourceError::Broken(error.to_string())))
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

fn fetch(mirror: &Path, remote: Remote, branch: &str, commit: &str, templates: bool) -> Result<Fetched, SourceError> {
    let mirror = Mirror::open(mirror, remote)?;
    Ok(match mirror.head(branch, commit, &Limits::default())? {
        Head::Here(found) => Fetched::Head {
            commit: found,
            templates: if templates { mirror.templates(commit)? } else { None },
        },
        Head::Moved(now) => Fetched::Passed(format!("superseded: the head of {branch} is now {now}")),
        Head::Gone => Fetched::Passed(format!("superseded: the branch {branch} is gone")),
    })
}

fn end(state: RunState, reason: impl Into<String>) -> RunEnd {
    RunEnd {
        state,
        reason: Some(reason.into()),
        tasks: Vec::new(),
    }
}

/// The same with the secrets hidden: an error may repeat what a registry answered.
fn hidden(mut ended: RunEnd, mask: &Mask) -> RunEnd {
    let reasons = ended.tasks.iter_mut().flat_map(|task| &mut task.reasons);
    for text in ended.reason.iter_mut().chain(reasons) {
        *text = mask.hide(text).into_owned();
    }
    ended
}

fn finished(outcome: &Outcome) -> RunEnd {
    let state = match outcome.failed().next() {
        None => RunState::Success,
        Some(_) if outcome.failed().any(|task| task.state == TaskState::Failure) => RunState::Failure,
        Some(_) => RunState::Error,
    };
    RunEnd {
        state,
        reason: Some(outcome.summary()),
        tasks: outcome.tasks.iter().map(record).collect(),
    }
}

fn record(task: &TaskOutcome) -> TaskRecord {
    let mut reasons = task.reasons.clone();
    reasons.extend(task.reason.clone());
    TaskRecord {
        component_name: task.component_name.clone(),
        change: task.change.to_string(),
        reasons,
        state: task.state,
        reference: task.reference.clone(),
        targets: task
            .targets
            .iter()
            .map(|target| TargetRecord {
                name: target.target.clone(),
                state: target.state,
                address: target.address.clone(),
            })
            .collect(),
    }
}

fn ending(end: &RunEnd) -> Ending {
    let state = match end.state {
        RunState::Success => StatusState::Success,
        RunState::Failure => StatusState::Failure,
        _ => StatusState::Error,
    };
    Ending {
        state,
        description: end.reason.clone().unwrap_or_else(|| end.state.as_str().to_owned()),
    }
}
