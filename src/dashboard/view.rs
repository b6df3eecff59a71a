//! Values as people read them.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use url::form_urlencoded::Serializer;

use crate::queue::{Filter, Run, RunState, TargetRecord, TaskRecord};
use crate::report::{TargetState, TaskState};

/// One run in a list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) state: &'static str,
    pub(super) title: String,
    pub(super) repository: String,
    pub(super) repository_address: String,
    pub(super) branch: String,
    pub(super) environment: String,
    pub(super) commit: String,
    /// What went wrong, or is waited for.
    pub(super) reason: Option<String>,
    pub(super) tasks: String,
    pub(super) ago: String,
    pub(super) at: String,
    pub(super) took: Option<String>,
}

impl Row {
    pub(super) fn new(run: &Run, now: OffsetDateTime) -> Self {
        let commit = run.commit.get(..10).unwrap_or(&run.commit).to_owned();
        let of_repository = Filter {
            repository: Some(run.repository.clone()),
            ..Filter::default()
        };
        Self {
            id: run.id.clone(),
            state: run.state.as_str(),
            title: run.title.clone().unwrap_or_else(|| format!("Commit {commit}")),
            repository: run.repository.clone(),
            repository_address: address(&of_repository, None, None),
            branch: run.branch.clone(),
            environment: run.environment.clone(),
            commit,
            reason: matches!(run.state, RunState::Queued | RunState::Failure | RunState::Error)
                .then(|| run.reason.clone())
                .flatten(),
            tasks: summary(&run.tasks),
            ago: ago(now - run.created_at),
            at: run.created_at.format(&Rfc3339).unwrap_or_default(),
            took: run
                .started_at
                .map(|started| length(run.finished_at.unwrap_or(now) - started)),
        }
    }
}

pub(super) fn rows(runs: &[Run], now: OffsetDateTime) -> Vec<Row> {
    runs.iter().map(|run| Row::new(run, now)).collect()
}

/// What is done, in few words: a run mostly touches some of its tasks.
fn summary(tasks: &[TaskRecord]) -> String {
    let touched = tasks.iter().filter(|task| task.change != "unchanged").count();
    match (tasks.len(), touched) {
        (0, _) => String::new(),
        (_, 0) => "nothing to do".to_owned(),
        (all, touched) if all == touched => many(all, "task"),
        (all, touched) => format!("{touched} of {}", many(all, "task")),
    }
}

fn many(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// One task of a run.
pub(super) struct TaskView<'a> {
    pub(super) record: &'a TaskRecord,
    pub(super) state: &'static str,
    pub(super) targets: Vec<TargetView<'a>>,
}

pub(super) struct TargetView<'a> {
    pub(super) record: &'a TargetRecord,
    pub(super) state: &'static str,
}

pub(super) fn tasks(run: &Run) -> Vec<TaskView<'_>> {
    run.tasks
        .iter()
        .map(|task| TaskView {
            record: task,
            state: match task.state {
                TaskState::Pending if run.state.is_final() => "skipped",
                TaskState::Pending => "pending",
                TaskState::Success => "success",
                TaskState::Failure => "failure",
                TaskState::Error => "error",
                TaskState::Skipped => "skipped",
            },
            targets: task
                .targets
                .iter()
                .map(|target| TargetView {
                    record: target,
                    state: match target.state {
                        TargetState::Running => "running",
                        TargetState::Waiting => "waiting",
                        TargetState::Failed => "failed",
                        TargetState::Removed => "removed",
                    },
                })
                .collect(),
        })
        .collect()
}

/// A way to see only some runs.
pub(super) struct Tab {
    pub(super) name: &'static str,
    pub(super) address: String,
    pub(super) here: bool,
}

pub(super) fn tabs(filter: &Filter) -> Vec<Tab> {
    [
        ("All", None),
        ("Queued", Some(RunState::Queued)),
        ("Running", Some(RunState::Running)),
        ("Success", Some(RunState::Success)),
        ("Failure", Some(RunState::Failure)),
        ("Error", Some(RunState::Error)),
    ]
    .map(|(name, state)| Tab {
        name,
        address: address(filter, state, None),
        here: filter.state == state,
    })
    .into()
}

/// The list's address with these filters.
pub(super) fn address(filter: &Filter, state: Option<RunState>, after: Option<&String>) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(repository) = &filter.repository {
        query.append_pair("repository", repository);
    }
    if let Some(state) = state {
        query.append_pair("state", state.as_str());
    }
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    let query = query.finish();
    if query.is_empty() {
        "/".to_owned()
    } else {
        format!("/?{query}")
    }
}

fn ago(time: Duration) -> String {
    let seconds = time.whole_seconds();
    match seconds {
        ..=4 => "just now".to_owned(),
        5..=59 => format!("{seconds} s ago"),
        60..=3_599 => format!("{} min ago", seconds / 60),
        3_600..=86_399 => format!("{} h ago", seconds / 3_600),
        _ if seconds < 2 * 86_400 => "yesterday".to_owned(),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn length(time: Duration) -> String {
    let seconds = time.whole_seconds().max(0);
    match seconds {
        0..=9 => format!("{:.1} s", time.as_seconds_f64().max(0.0)),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::{ago, length};

    #[test]
    fn times_are_as_coarse_as_they_are_old() {
        let seen = [0, 7, 61, 7_300, 90_000, 300_000]
            .map(|s| ago(Duration::seconds(s)))
            .join(", ");
        assert_eq!(seen, "just now, 7 s ago, 1 min ago, 2 h ago, yesterday, 3 days ago");
        let seen = [0.31, 12.9, 63.0, 3_723.0]
            .map(|s| length(Duration::seconds_f64(s)))
            .join(", ");
        assert_eq!(seen, "0.3 s, 12 s, 1 min 03 s, 1 h 02 min");
    }
}
