//! Random edits to random projects: what a plan builds is what is built from something
//! else than before, no more and no less.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

#[path = "plan/model.rs"]
mod model;

use std::collections::{BTreeMap, BTreeSet};

use pelato::build::{Builder, Choice, Parallel};
use pelato::config::{Flags, Settings, Variables};
use pelato::pipeline::{self, Against, Prune, Request};
use pelato::plan::{Change, PlannedTask};
use pelato::report::Reporter;
use pelato::services::{Services, build_settings};
use pelato::source::{ProjectFiles, Revision};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use self::model::{Edit, Model, edits, models};

fn services() -> Services {
    let empty = tempfile::tempdir().unwrap();
    let flags = Flags {
        builder: Some("local".to_owned()),
        ..Flags::default()
    };
    let settings = Settings::of(&Variables::read(empty.path()).unwrap(), &flags).unwrap();
    let build = build_settings("local", "1", |name| std::env::var(name).ok()).unwrap();
    Services::new(settings.environment, build).unwrap()
}

fn request(projects: &[ProjectFiles]) -> Request<'_> {
    Request {
        projects,
        others: &[],
        repository: "acme/thermo",
        cache: "acme/thermo",
        commit: None,
        run: "plan",
        keep_going: false,
        prune: Prune::Tasks,
    }
}

async fn planned(before: &Model, after: &Model, services: &Services) -> Vec<PlannedTask> {
    let revision = Revision {
        commit: "0".repeat(40),
        projects: vec![before.files()],
    };
    let against = Against::Revision {
        name: "before",
        revision: &revision,
    };
    let projects = [after.files()];
    let plans = pipeline::plan(&request(&projects), against, services, &Reporter::default()).await;
    let mut plans = plans.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(plans.len(), 1);
    plans.remove(0).tasks
}

fn names(plan: &[PlannedTask], is_meant: impl Fn(&PlannedTask) -> bool) -> BTreeSet<&str> {
    let meant = plan.iter().filter(|task| is_meant(task));
    meant.map(|task| task.component_name.as_str()).collect()
}

/// The tasks of `after` of which `of` says something else than of those in `before`.
fn different<'m, T: PartialEq>(
    before: &'m Model,
    after: &'m Model,
    of: impl Fn(&'m Model) -> BTreeMap<&'m str, T>,
) -> BTreeSet<&'m str> {
    let then = of(before);
    let now = of(after).into_iter();
    now.filter(|(name, value)| then.get(name) != Some(value))
        .map(|(name, _)| name)
        .collect()
}

fn changed(model: &Model, edits: &[Edit]) -> Model {
    edits.iter().fold(model.clone(), |model, edit| model.edited(*edit))
}

#[test]
fn what_is_affected_is_what_has_other_inputs() {
    let runtime = Runtime::new().unwrap();
    let services = services();
    proptest!(ProptestConfig::with_cases(192), |(before in models(), edits in edits())| {
        let after = changed(&before, &edits);
        let plan = runtime.block_on(planned(&before, &after, &services));
        let builds = different(&before, &after, Model::inputs);
        prop_assert_eq!(&names(&plan, |task| task.build), &builds);

        let configured = different(&before, &after, Model::settings);
        let deploys: BTreeSet<&str> = builds.union(&configured).copied().collect();
        let is_there = |task: &PlannedTask| task.change != Change::Removed;
        prop_assert_eq!(&names(&plan, |task| is_there(task) && task.deploy), &deploys);
        prop_assert_eq!(names(&plan, |task| task.change == Change::Unchanged).len(), after.tasks.len() - deploys.len());

        // What is gone goes once: under its own name, or before its new one comes.
        let mut gone: Vec<&str> = plan
            .iter()
            .filter_map(|task| match task.change {
                Change::Removed => Some(task.component_name.as_str()),
                _ => task.previous_name.as_deref(),
            })
            .collect();
        gone.sort_unstable();
        let wanted: BTreeSet<&str> = after.inputs().into_keys().collect();
        let left: Vec<&str> = before.inputs().into_keys().filter(|name| !wanted.contains(name)).collect();
        prop_assert_eq!(gone, left);
        // Whatever is affected has a reason.
        for task in &plan {
            prop_assert_eq!(task.reasons.is_empty(), task.change == Change::Unchanged, "{:?}", task);
        }
    });
}

/// Every component of a project, as this machine's Go makes it.
async fn bytes(model: &Model, builder: &Builder, services: &Services) -> BTreeMap<String, Vec<u8>> {
    let reporter = Reporter::default();
    let projects = [model.files()];
    let prepared = pipeline::check(&request(&projects), services, &reporter).unwrap();
    let tasks = prepared.projects[0].tasks.iter();
    let sources: Vec<_> = tasks.map(|task| task.sources.clone()).collect();
    let cancel = CancellationToken::new();
    let built = builder.build("plan", "tests-plan", &sources, &reporter, &cancel).await;
    let built = sources.iter().zip(built).map(|(sources, (_, built))| {
        let component = built.unwrap_or_else(|error| panic!("{error}"));
        (sources.component_name.clone(), component.wasm)
    });
    built.collect()
}

#[tokio::test]
async fn nothing_that_comes_out_otherwise_is_left_out() {
    let services = services();
    let silent = Reporter::default();
    let builder = Builder::choose(Choice::Local, Parallel::Machine, tiny_task::options(), &silent);
    let builder = builder.await.expect("Go 1.26 or later on the PATH");
    let mut random = TestRunner::deterministic();
    for _ in 0..4 {
        let before = models().new_tree(&mut random).unwrap().current();
        let after = changed(&before, &edits().new_tree(&mut random).unwrap().current());
        let plan = planned(&before, &after, &services).await;
        let then = bytes(&before, &builder, &services).await;
        let now = bytes(&after, &builder, &services).await;
        let builds = names(&plan, |task| task.build);
        for (name, wasm) in &now {
            assert!(
                then.get(name) == Some(wasm) || builds.contains(name.as_str()),
                "{name} comes out otherwise and is not built:\n{before:?}\n{after:?}"
            );
        }
    }
}
