//! What a plan says of what was wanted and what is found.

use super::super::{Note, WantedTarget};
use super::*;

const PRODUCTION: Base<'_> = Base::Environment("production");

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
    lines(&plan(wanted, found, PRODUCTION, Leftovers::Remove))
}

fn lines(plan: &[PlannedTask]) -> String {
    plan.iter()
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
    let plan = plan(&[], &found, PRODUCTION, Leftovers::Remove);
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0].change, Change::Removed);
    assert_eq!(plan[0].targets, ["edge", "cloud"]);
    assert!(!plan[0].build);
}

#[test]
fn a_target_that_left_is_no_reason_to_build() {
    let now = wanted("a", "2", &["edge"]);
    let mut found = deployed(&wanted("a", "2", &["edge", "cloud"]));
    found[1].fingerprint = "sha256:1".into();
    insta::assert_snapshot!(shown(&[now], &found), @"changed a: deploy (target cloud removed)");
    // It moves altogether: what it was is what it is held against.
    insta::assert_snapshot!(shown(&[wanted("a", "3", &["third"])], &found), @"changed a: build, deploy (code a.go changed; target third added; target edge removed; target cloud removed)");
}

#[test]
fn a_task_under_another_name_is_renamed() {
    let found = deployed(&wanted("old", "1", &["edge", "cloud"]));
    let mut now = wanted("fresh", "1", &["edge"]);
    now.fingerprint = "sha256:named".into();
    insta::assert_snapshot!(shown(&[now.clone(), wanted("other", "2", &["edge"])], &found), @"
    renamed fresh: build, deploy (was old)
    new other: build, deploy (first deployment in production)
    ");
    let plan = plan(&[now], &found, PRODUCTION, Leftovers::Remove);
    assert_eq!(plan[0].previous_name.as_deref(), Some("old"));
    assert_eq!(plan.len(), 1, "the old name is not removed beside it");
}

#[test]
fn of_several_that_are_alike_names_go_in_their_order() {
    let mut found = deployed(&wanted("b", "1", &["edge"]));
    found.extend(deployed(&wanted("a", "1", &["edge"])));
    found.extend(deployed(&wanted("c", "1", &["edge"])));
    let now = [wanted("z", "1", &["edge"]), wanted("y", "1", &["edge"])];
    insta::assert_snapshot!(shown(&now, &found), @"
    renamed z: deploy (was b)
    renamed y: deploy (was a)
    removed c: deploy (no longer in the workflow)
    ");
}

#[test]
fn what_nobody_noted_is_no_rename() {
    let mut found = deployed(&wanted("old", "1", &["edge"]));
    found[0].note = Note::default();
    let mut now = wanted("fresh", "1", &["edge"]);
    now.note = Note::default();
    insta::assert_snapshot!(shown(&[now], &found), @"
    new fresh: build, deploy (first deployment in production)
    removed old: deploy (no longer in the workflow)
    ");
}

#[test]
fn what_is_kept_is_neither_removed_nor_renamed() {
    let mut found = deployed(&wanted("old", "1", &["edge"]));
    found.extend(deployed(&wanted("b", "1", &["edge", "cloud"])));
    let now = [wanted("fresh", "1", &["edge"]), wanted("b", "1", &["edge"])];
    let kept = plan(&now, &found, PRODUCTION, Leftovers::Keep);
    insta::assert_snapshot!(lines(&kept), @"
    new fresh: build, deploy (first deployment in production)
    unchanged b: nothing ()
    removed old: nothing (no longer in the workflow; kept (--no-prune))
    ");
}

#[test]
fn a_revision_is_named_where_it_lacks_a_task() {
    let plan = plan(
        &[wanted("a", "1", &["edge"])],
        &[],
        Base::Revision("main~1"),
        Leftovers::Remove,
    );
    insta::assert_snapshot!(lines(&plan), @"new a: build, deploy (not in main~1)");
}
