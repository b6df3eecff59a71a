//! The tasks of the projects that are passed over.

use std::time::Duration;

use super::there::There;
use crate::deploy::{Standing, TargetOutcome};
use crate::pipeline::TaskOutcome;
use crate::plan::Change;
use crate::report::TaskState;

/// The tasks of the projects that are deployed as they are wanted, and not failing. A run
/// lists them at its end; until then there is no need of a list of thousands.
#[derive(Debug, Default)]
pub struct Unchanged {
    pub(super) there: There,
    /// A project's folder, and its place among the commit's.
    pub(super) projects: Vec<(String, usize)>,
}

impl Unchanged {
    /// How many tasks that are.
    pub fn count(&self) -> usize {
        let tasks = self.projects.iter().map(|(_, index)| {
            let names = self.there.of_project(*index).map(component);
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        });
        tasks.sum()
    }

    /// All of them, projects in the order of the commit's, tasks in the order of their names.
    pub fn outcomes(&self) -> Vec<TaskOutcome> {
        let projects = self.projects.iter();
        let all = projects.flat_map(|(path, index)| outcomes(path, self.there.of_project(*index).collect()));
        all.collect()
    }
}

fn component(standing: &Standing) -> &str {
    standing.annotations.get("pelato.component").map_or("", String::as_str)
}

fn outcomes(project: &str, mut standings: Vec<&Standing>) -> Vec<TaskOutcome> {
    // They come in the order of their applications' names, which is nearly that.
    standings.sort_by(|a, b| component(a).cmp(component(b)));
    let mut tasks: Vec<TaskOutcome> = Vec::new();
    for standing in standings {
        let component_name = component(standing);
        let target = TargetOutcome {
            target: standing.annotations.get("pelato.target").cloned().unwrap_or_default(),
            state: standing.state,
            changed: false,
            took: Duration::ZERO,
            address: standing.address.clone(),
            reason: None,
        };
        match tasks.last_mut().filter(|task| task.component_name == component_name) {
            Some(task) => task.targets.push(target),
            None => tasks.push(TaskOutcome {
                project: project.to_owned(),
                component_name: component_name.to_owned(),
                change: Change::Unchanged,
                reasons: Vec::new(),
                state: TaskState::Success,
                reason: None,
                brief: None,
                away: None,
                built: false,
                published: false,
                deployed: false,
                reference: standing.image.clone(),
                targets: vec![target],
            }),
        }
    }
    tasks
}
