//! Commit statuses as a sink.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::{Event, PlannedEvent, Sink, Stage, TaskState};
use crate::forge::{CommitStatus, Forge, ForgeError, StatusState};

/// Past so many affected tasks only the run's own status is posted: forges limit
/// how many a commit may have.
const MOST_TASKS: usize = 20;

/// How often one status is tried. A forge that is away must not hold up a run.
const TRIES: u32 = 4;

/// Posts a run's statuses, each once and in order, beside the run.
pub struct Statuses {
    posts: UnboundedSender<CommitStatus>,
    target_url: Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    planned: Vec<PlannedEvent>,
    /// The commit has several, those included that are passed over: what a status is
    /// called does not depend on what a push changes.
    several: bool,
    /// Set once the plan is complete: whether tasks have statuses of their own.
    each: Option<bool>,
}

/// How a run ended, for its own status.
#[derive(Clone, Debug)]
pub struct Ending {
    /// What the forge shows.
    pub state: StatusState,
    /// For people.
    pub description: String,
}

impl Statuses {
    /// Statuses of one commit, and the task that posts them. The task ends when
    /// the statuses are dropped and all are posted or given up.
    pub fn start(
        forge: Option<Forge>,
        repository: &str,
        commit: &str,
        target_url: Option<String>,
    ) -> (Arc<Self>, JoinHandle<()>) {
        let (posts, receiver) = unbounded_channel();
        let posting = tokio::spawn(post_all(forge, repository.to_owned(), commit.to_owned(), receiver));
        let statuses = Self {
            posts,
            target_url,
            state: Mutex::default(),
        };
        (Arc::new(statuses), posting)
    }

    /// The run begins.
    pub fn begin(&self) {
        self.post("pelato".into(), StatusState::Pending, "running".into());
    }

    /// The run ended.
    pub fn end(&self, ending: Ending) {
        self.post("pelato".into(), ending.state, ending.description);
    }

    fn post(&self, context: String, state: StatusState, description: String) {
        // The receiver lives as long as this sender.
        let _ = self.posts.send(CommitStatus {
            context,
            state,
            description,
            target_url: self.target_url.clone(),
        });
    }

    fn planned(&self, state: &mut State) {
        let affected = || state.planned.iter().filter(|task| task.affected);
        let each = affected().count() <= MOST_TASKS;
        if each {
            for task in affected() {
                let description = format!("{}: {}", task.change, task.reasons.join("; "));
                let context = context(state.several, &task.project, &task.task);
                self.post(context, StatusState::Pending, description);
            }
        }
        state.each = Some(each);
    }
}

impl Sink for Statuses {
    fn take(&self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Projects(count) => state.several = *count > 1,
            Event::Planned(planned) => state.planned.push(planned.clone()),
            Event::Finished {
                task: None,
                stage: Stage::Plan,
                ..
            } => self.planned(&mut state),
            Event::Ended {
                project,
                task,
                state: ended,
                summary,
            } => {
                let affected = state
                    .planned
                    .iter()
                    .any(|planned| planned.affected && planned.task == *task && planned.project == *project);
                // What failed is shown, planned or not.
                let bad = matches!(ended, TaskState::Failure | TaskState::Error);
                if state.each == Some(true) && (affected || bad) {
                    let context = context(state.several, project, task);
                    self.post(context, status_of(*ended), summary.clone());
                }
            }
            _ => {}
        }
    }
}

/// `pelato/<component_name>`, with the project's folder where there are several.
fn context(several: bool, project: &str, task: &str) -> String {
    match several && project != "." {
        true => format!("pelato/{project}/{task}"),
        false => format!("pelato/{task}"),
    }
}

fn status_of(state: TaskState) -> StatusState {
    match state {
        TaskState::Pending => StatusState::Pending,
        TaskState::Success => StatusState::Success,
        TaskState::Failure => StatusState::Failure,
        // Neither forge knows "skipped", and a task that was left out must not
        // look as if it were well.
        TaskState::Error | TaskState::Skipped => StatusState::Error,
    }
}

async fn post_all(
    forge: Option<Forge>,
    repository: String,
    commit: String,
    mut posts: UnboundedReceiver<CommitStatus>,
) {
    while let Some(status) = posts.recv().await {
        let Some(forge) = &forge else {
            continue;
        };
        if let Err(error) = post(forge, &repository, &commit, &status).await {
            tracing::warn!(%error, repository, commit, context = status.context, "a status could not be posted");
        }
    }
}

async fn post(forge: &Forge, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
    let mut pause = Duration::from_millis(500);
    for _ in 1..TRIES {
        match forge.post_status(repository, commit, status).await {
            Err(error) if error.is_temporary() => {
                let asked = error.retry_after().unwrap_or(pause);
                tokio::time::sleep(asked.min(Duration::from_secs(30))).await;
                pause *= 2;
            }
            other => return other,
        }
    }
    forge.post_status(repository, commit, status).await
}
