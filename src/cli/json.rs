//! The JSON of results.

use serde::Serialize;

use crate::pipeline::{Outcome, TaskOutcome};
use crate::plan::Change;
use crate::report::{TargetState, TaskState};

/// What came of a command that ran stages.
#[derive(Serialize)]
pub(super) struct OutcomeJson<'o> {
    success: bool,
    tasks: Vec<TaskJson<'o>>,
    seconds: SecondsJson,
}

#[derive(Serialize)]
struct TaskJson<'o> {
    project: &'o str,
    component_name: &'o str,
    change: Change,
    reasons: &'o [String],
    state: TaskState,
    reason: Option<&'o str>,
    built: bool,
    deployed: bool,
    reference: Option<&'o str>,
    targets: Vec<TargetJson<'o>>,
}

#[derive(Serialize)]
struct TargetJson<'o> {
    name: &'o str,
    state: TargetState,
    address: Option<&'o str>,
    reason: Option<&'o str>,
}

#[derive(Serialize)]
struct SecondsJson {
    generate: f64,
    image: f64,
    build: f64,
    deploy: f64,
    total: f64,
}

impl<'o> OutcomeJson<'o> {
    pub(super) fn of(outcome: &'o Outcome, success: bool) -> Self {
        let times = &outcome.times;
        Self {
            success,
            tasks: outcome.tasks.iter().map(task).collect(),
            seconds: SecondsJson {
                generate: times.generate.as_secs_f64(),
                image: times.image.as_secs_f64(),
                build: times.build.as_secs_f64(),
                deploy: times.deploy.as_secs_f64(),
                total: times.total.as_secs_f64(),
            },
        }
    }
}

fn task(task: &TaskOutcome) -> TaskJson<'_> {
    let targets = task.targets.iter().map(|target| TargetJson {
        name: &target.target,
        state: target.state,
        address: target.address.as_deref(),
        reason: target.reason.as_deref(),
    });
    TaskJson {
        project: &task.project,
        component_name: &task.component_name,
        change: task.change,
        reasons: &task.reasons,
        state: task.state,
        reason: task.reason.as_deref(),
        built: task.built,
        deployed: task.deployed,
        reference: task.reference.as_deref(),
        targets: targets.collect(),
    }
}
