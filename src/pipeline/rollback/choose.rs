//! Which of the recorded deployments is meant.

use crate::deploy::{Deployed, Earlier};

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

/// What is put back of a task; nothing for what runs already, or has nothing before
/// it. None where `to` names no deployment of it.
pub(super) fn steps<'r>(applications: &'r [Deployed], to: Option<&str>) -> Option<Vec<Step<'r>>> {
    let found: Vec<(&str, Vec<Earlier>)> = applications
        .iter()
        .map(|deployed| {
            let target = deployed.annotations.get("pelato.target").map_or("", String::as_str);
            let all = std::iter::once(deployed.now()).chain(deployed.earlier());
            (target, all.collect())
        })
        .collect();
    match to {
        None => Some(before(found)),
        Some(to) => back_to(found, to),
    }
}

/// To the deployment before the latest. A target that the latest run left alone stays:
/// it has been so since before.
fn before(found: Vec<(&str, Vec<Earlier>)>) -> Vec<Step<'_>> {
    let newest = found
        .iter()
        .filter_map(|(_, all)| all.first())
        .max_by_key(|now| now.at());
    let run = newest.and_then(Earlier::run);
    let steps = found
        .into_iter()
        .filter(|(_, all)| all.first().is_some_and(|now| now.run() == run))
        .filter_map(|(target, all)| {
            let to = all.into_iter().nth(1)?;
            Some(Step { target, to })
        });
    steps.collect()
}

/// To what `to` left: what it deployed, and on a target that it left alone what was
/// there at that time.
fn back_to<'r>(found: Vec<(&'r str, Vec<Earlier>)>, to: &str) -> Option<Vec<Step<'r>>> {
    let meant = |earlier: &&Earlier| is_called(earlier, to);
    let until = found
        .iter()
        .filter_map(|(_, all)| all.iter().find(meant))
        .map(Earlier::at)
        .max()?;
    let steps = found.into_iter().filter_map(|(target, all)| {
        let place = all
            .iter()
            .position(|earlier| is_called(earlier, to))
            .or_else(|| all.iter().position(|earlier| earlier.at() <= until))?;
        // The first is what runs.
        let to = all.into_iter().nth(place).filter(|_| place > 0)?;
        Some(Step { target, to })
    });
    Some(steps.collect())
}

/// Whether a run, a commit or a version begins with `to`.
fn is_called(earlier: &Earlier, to: &str) -> bool {
    let names = [earlier.run(), earlier.restored(), earlier.commit()];
    let named = names.iter().flatten().any(|name| name.starts_with(to));
    !to.is_empty() && (named || earlier.version().starts_with(to))
}
