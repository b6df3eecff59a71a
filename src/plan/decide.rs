//! Wanted and found → the plan.

use std::collections::BTreeMap;

use super::rename::renames;
use super::{Base, Change, Found, Leftovers, PlannedTask, Wanted};

/// Compares what the commit wants with what is found of this project in `base`. The
/// plan has the wanted tasks in their order, then those that are no longer wanted.
///
/// A task under a new name is the one that is gone and has its code and template
/// (`renames`). Where [`Leftovers::Keep`] holds nothing goes, so nothing is renamed
/// either, and a target that left `targets` is no reason to deploy.
pub fn plan(wanted: &[Wanted], found: &[Found], base: Base<'_>, leftovers: Leftovers) -> Vec<PlannedTask> {
    let mut gone: Vec<&str> = found
        .iter()
        .map(|found| found.component_name.as_str())
        .filter(|name| !wanted.iter().any(|task| task.component_name == *name))
        .collect();
    gone.sort_unstable();
    gone.dedup();
    let renames = match leftovers {
        Leftovers::Remove => renames(wanted, &gone, found),
        Leftovers::Keep => BTreeMap::new(),
    };
    let mut plan: Vec<PlannedTask> = wanted
        .iter()
        .map(|task| match renames.get(task.component_name.as_str()) {
            Some(previous) => renamed(task, previous, found),
            None => one(task, found, base, leftovers),
        })
        .collect();
    let gone = gone.into_iter().filter(|name| !renames.values().any(|old| old == name));
    plan.extend(gone.map(|name| removed(name, found, leftovers)));
    plan
}

fn one(task: &Wanted, found: &[Found], base: Base<'_>, leftovers: Leftovers) -> PlannedTask {
    let on_lattice: Vec<&Found> = found
        .iter()
        .filter(|found| found.component_name == task.component_name)
        .collect();
    let mut reasons = Vec::new();
    let is_wanted = |found: &&&Found| task.targets.iter().any(|target| target.target == found.target);
    // Old code where it is wanted: the component has to be another one there. A task
    // that moves altogether is held against where it was.
    let stays: Vec<&&Found> = match on_lattice.iter().any(|found| is_wanted(&found)) {
        true => on_lattice.iter().filter(is_wanted).collect(),
        false => on_lattice.iter().collect(),
    };
    let stale = stays.iter().find(|found| found.fingerprint != task.fingerprint);
    if let Some(stale) = stale {
        reasons.extend(differences(task, stale));
    }
    if on_lattice.is_empty() {
        reasons.push(match base {
            Base::Environment(name) => format!("first deployment in {name}"),
            Base::Revision(name) => format!("not in {name}"),
        });
    }
    for target in &task.targets {
        match on_lattice.iter().find(|found| found.target == target.target) {
            None if on_lattice.is_empty() => {}
            None => reasons.push(format!("target {} added", target.target)),
            Some(found) if !found.deployed => reasons.push(format!("not deployed on {}", target.target)),
            Some(found) if found.note.settings != target.settings => {
                let reason = format!("settings of {} changed", target.target);
                reasons.push(reason);
            }
            Some(_) => {}
        }
    }
    if leftovers == Leftovers::Remove {
        let dropped = on_lattice.iter().filter(|found| !is_wanted(found));
        reasons.extend(dropped.map(|found| format!("target {} removed", found.target)));
    }
    let change = match (on_lattice.is_empty(), reasons.is_empty()) {
        (true, _) => Change::New,
        (false, false) => Change::Changed,
        (false, true) => Change::Unchanged,
    };
    PlannedTask {
        component_name: task.component_name.clone(),
        previous_name: None,
        change,
        build: on_lattice.is_empty() || stale.is_some(),
        deploy: change != Change::Unchanged,
        reasons,
        targets: task.targets.iter().map(|target| target.target.clone()).collect(),
        fingerprint: task.fingerprint.clone(),
    }
}

/// Why the component has to be another one.
fn differences(task: &Wanted, stale: &Found) -> Vec<String> {
    let (now, then) = (&task.note, &stale.note);
    let mut reasons = Vec::new();
    if now.code != then.code {
        reasons.push(format!("code {} changed", task.code));
    }
    if now.template != then.template {
        reasons.push(format!("template {} changed", task.template));
    }
    if now.toolchain != then.toolchain {
        reasons.push(format!("toolchain {} → {}", then.toolchain, now.toolchain));
    }
    if reasons.is_empty() {
        // An older Pelato wrote other sources, or put them together otherwise.
        reasons.push("generated sources changed".to_owned());
    }
    reasons
}

/// The component knows its task's name, so it is another one in any case.
fn renamed(task: &Wanted, previous: &str, found: &[Found]) -> PlannedTask {
    let of_it: Vec<&Found> = found.iter().filter(|found| found.component_name == previous).collect();
    let mut reasons = vec![format!("was {previous}")];
    let older = of_it.iter().map(|found| found.note.toolchain.as_str());
    let older = older.filter(|toolchain| *toolchain != task.note.toolchain);
    reasons.extend(
        older
            .take(1)
            .map(|toolchain| format!("toolchain {toolchain} → {}", task.note.toolchain)),
    );
    PlannedTask {
        component_name: task.component_name.clone(),
        previous_name: Some(previous.to_owned()),
        change: Change::Renamed,
        reasons,
        build: of_it.iter().any(|found| found.fingerprint != task.fingerprint),
        deploy: true,
        targets: task.targets.iter().map(|target| target.target.clone()).collect(),
        fingerprint: task.fingerprint.clone(),
    }
}

fn removed(name: &str, found: &[Found], leftovers: Leftovers) -> PlannedTask {
    let of_it: Vec<&Found> = found.iter().filter(|found| found.component_name == name).collect();
    PlannedTask {
        component_name: name.to_owned(),
        previous_name: None,
        change: Change::Removed,
        reasons: match leftovers {
            Leftovers::Remove => vec!["no longer in the workflow".to_owned()],
            Leftovers::Keep => vec!["no longer in the workflow".to_owned(), "kept (--no-prune)".to_owned()],
        },
        build: false,
        deploy: leftovers == Leftovers::Remove,
        targets: of_it.iter().map(|found| found.target.clone()).collect(),
        fingerprint: of_it.first().map(|found| found.fingerprint.clone()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
