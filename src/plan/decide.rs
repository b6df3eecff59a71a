//! Wanted and found → the plan.

use super::{Change, Found, PlannedTask, Wanted};

/// Compares what the commit wants with what the lattice has of this project in
/// `environment`. The plan has the wanted tasks in their order, then those that
/// are no longer wanted.
pub fn plan(wanted: &[Wanted], found: &[Found], environment: &str) -> Vec<PlannedTask> {
    let mut plan: Vec<PlannedTask> = wanted.iter().map(|task| one(task, found, environment)).collect();
    let mut gone: Vec<&str> = found
        .iter()
        .map(|found| found.component_name.as_str())
        .filter(|name| !wanted.iter().any(|task| task.component_name == *name))
        .collect();
    gone.sort_unstable();
    gone.dedup();
    plan.extend(gone.into_iter().map(|name| removed(name, found)));
    plan
}

fn one(task: &Wanted, found: &[Found], environment: &str) -> PlannedTask {
    let on_lattice: Vec<&Found> = found
        .iter()
        .filter(|found| found.component_name == task.component_name)
        .collect();
    let mut reasons = Vec::new();
    // Old code anywhere: the component has to be another one there.
    let stale = on_lattice.iter().find(|found| found.fingerprint != task.fingerprint);
    if let Some(stale) = stale {
        reasons.extend(differences(task, stale));
    }
    if on_lattice.is_empty() {
        reasons.push(format!("first deployment in {environment}"));
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
    let dropped = on_lattice
        .iter()
        .filter(|found| !task.targets.iter().any(|target| target.target == found.target));
    reasons.extend(dropped.map(|found| format!("target {} removed", found.target)));
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

fn removed(name: &str, found: &[Found]) -> PlannedTask {
    let of_it: Vec<&Found> = found.iter().filter(|found| found.component_name == name).collect();
    PlannedTask {
        component_name: name.to_owned(),
        previous_name: None,
        change: Change::Removed,
        reasons: vec!["no longer in the workflow".to_owned()],
        build: false,
        deploy: true,
        targets: of_it.iter().map(|found| found.target.clone()).collect(),
        fingerprint: of_it.first().map(|found| found.fingerprint.clone()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Note, WantedTarget};
    use super::*;

    fn wanted(name: &str, code: &str, targets: &[&str]) -> Wanted {
        Wanted {
            component_name: name.into(),
            code: format!("{name}.go"),
            template: "processor_nats".into(),
            fingerprint: format!("sha256:{code}"),
            note: Note::of(code, "t1", "go1.26.8"),
            targets: targets
                .iter()
                .map(|target| WantedTarget {
                    target: (*target).into(),
                    application: format!("{name}-{target}"),
                    settings: "s1".into(),
                })
                .collect(),
        }
    }

    /// What the lattice has once `task` was deployed.
    fn deployed(task: &Wanted) -> Vec<Found> {
        task.targets
            .iter()
            .map(|target| Found {
                application: target.application.clone(),
                component_name: task.component_name.clone(),
                target: target.target.clone(),
                deployed: true,
                fingerprint: task.fingerprint.clone(),
                note: task.note.with_settings(&target.settings),
            })
            .collect()
    }

    fn shown(wanted: &[Wanted], found: &[Found]) -> String {
        plan(wanted, found, "production")
            .iter()
            .map(|task| {
                let steps = match (task.build, task.deploy) {
                    (true, true) => "build, deploy",
                    (false, true) => "deploy",
                    _ => "nothing",
                };
                format!(
                    "{} {}: {steps} ({})",
                    task.change,
                    task.component_name,
                    task.reasons.join("; ")
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_first_deployment_an_unchanged_and_a_changed_task() {
        let before = [wanted("a", "1", &["edge"]), wanted("b", "1", &["edge"])];
        let found: Vec<Found> = before.iter().flat_map(deployed).collect();
        let now = [
            wanted("a", "1", &["edge"]),
            wanted("b", "2", &["edge"]),
            wanted("c", "1", &["edge"]),
        ];
        insta::assert_snapshot!(shown(&now, &found), @"
        unchanged a: nothing ()
        changed b: build, deploy (code b.go changed)
        new c: build, deploy (first deployment in production)
        ");
    }

    #[test]
    fn settings_and_targets_redeploy_without_building() {
        let before = wanted("a", "1", &["edge", "cloud"]);
        let found = deployed(&before);
        let mut now = wanted("a", "1", &["cloud", "third"]);
        now.targets[0].settings = "s2".into();
        insta::assert_snapshot!(shown(&[now], &found), @"changed a: deploy (settings of cloud changed; target third added; target edge removed)");
    }

    #[test]
    fn a_target_that_a_failed_run_left_behind_is_built_for_again() {
        let now = wanted("a", "2", &["edge", "cloud"]);
        let mut found = deployed(&now);
        found[1].fingerprint = "sha256:1".into();
        found[1].note = Note::of("1", "t1", "go1.26.8").with_settings("s1");
        insta::assert_snapshot!(shown(&[now], &found), @"changed a: build, deploy (code a.go changed)");
    }

    #[test]
    fn toolchain_template_and_undeployed_applications_are_reasons() {
        let now = wanted("a", "1", &["edge"]);
        let mut found = deployed(&now);
        found[0].fingerprint = "sha256:older".into();
        found[0].note.toolchain = "go1.25.0".into();
        found[0].note.template = "t0".into();
        found[0].deployed = false;
        insta::assert_snapshot!(shown(&[now], &found), @"changed a: build, deploy (template processor_nats changed; toolchain go1.25.0 → go1.26.8; not deployed on edge)");
    }

    #[test]
    fn what_is_no_longer_wanted_is_removed() {
        let found = deployed(&wanted("old", "1", &["edge", "cloud"]));
        let plan = plan(&[], &found, "production");
        assert_eq!(plan.len(), 1);
        assert_eq!(plan[0].change, Change::Removed);
        assert_eq!(plan[0].targets, ["edge", "cloud"]);
        assert!(!plan[0].build);
    }
}
