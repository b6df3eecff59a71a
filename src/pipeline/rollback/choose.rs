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

/// What is put back of a task: what was there at the moment `until`, or without one
/// what was there before the latest deployment. Nothing where that is what runs.
pub(super) fn steps<'r>(task: &'r Recorded, until: Option<&Option<String>>) -> Vec<Step<'r>> {
    let latest = task.applications.iter().map(Deployed::now).max_by_key(Earlier::at);
    let run = latest.and_then(|latest| latest.run());
    let steps = task.applications.iter().filter_map(|deployed| {
        let now = deployed.now();
        let to = match until {
            Some(until) => deployments(deployed).find(|deployment| deployment.at() <= *until),
            // A target that the latest run left alone has been so since before.
            None if now.run() != run => None,
            None => deployed
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
