//! Which of the recorded deployments is meant.

use crate::deploy::{Deployed, Earlier};
use crate::pipeline::Recorded;

/// One target of a task, and what is put back there.
pub(super) struct Step<'r> {
    pub(super) target: &'r str,
    pub(super) to: Earlier,
}

impl Step<'_> {
    /// `edge back to 1.0.0-… (commit 1234567)`.
    pub(super) fn in_words(&self) -> String {
        let commit = self.to.commit().unwrap_or_default();
        let commit = match commit.get(..12) {
            Some(commit) => format!(" (commit {commit})"),
            None => String::new(),
        };
        format!("{} back to {}{commit}", self.target, self.to.version())
    }
}

/// When the deployment that `to` names was through, of the latest one that it names;
/// none where there is none.
pub(super) fn moment(all: &[Recorded], to: &str) -> Option<Option<String>> {
    let applications = all.iter().flat_map(|task| &task.applications);
    applications
        .flat_map(deployments)
        .filter(|deployment| is_called(deployment, to))
        .map(|deployment| deployment.at())
        .max()
}

/// What tasks are put back to.
pub(super) enum Until {
    /// As it was at that moment.
    Moment(Option<String>),
    /// Before this run, which is the latest that deployed any of them.
    Before(Option<String>),
}

/// The latest run that deployed any of these tasks.
pub(super) fn latest_run<'r>(tasks: impl IntoIterator<Item = &'r Recorded>) -> Option<String> {
    let applications = tasks.into_iter().flat_map(|task| &task.applications);
    let latest = applications.map(Deployed::now).max_by_key(Earlier::at);
    latest.and_then(|latest| latest.run())
}

/// What is put back of a task. Nothing where that is what runs.
pub(super) fn steps<'r>(task: &'r Recorded, until: &Until) -> Vec<Step<'r>> {
    let steps = task.applications.iter().filter_map(|deployed| {
        let now = deployed.now();
        let to = match until {
            Until::Moment(until) => deployments(deployed).find(|deployment| deployment.at() <= *until),
            // A target that the latest run left alone has been so since before.
            Until::Before(run) if now.run() != *run => None,
            Until::Before(_) => deployed
                .earlier()
                .into_iter()
                .find(|deployment| deployment.version() != now.version()),
        };
        let to = to.filter(|to| to.version() != now.version())?;
        let target = deployed.annotations.get("pelato.target").map_or("", String::as_str);
        Some(Step { target, to })
    });
    steps.collect()
}

/// What is deployed of an application and what was, the latest first.
fn deployments(deployed: &Deployed) -> impl Iterator<Item = Earlier> {
    std::iter::once(deployed.now()).chain(deployed.earlier())
}

/// Whether its run, its commit or its version begins with `to`.
fn is_called(deployment: &Earlier, to: &str) -> bool {
    let names = [deployment.run(), deployment.commit()];
    let named = names.iter().flatten().any(|name| name.starts_with(to));
    !to.is_empty() && (named || deployment.version().starts_with(to))
}
