//! A step's outputs: `name<<delimiter`, the value, the delimiter.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::pipeline::{Outcome, ProjectPlan};

/// An assignment. Its delimiter is random, so that no value has it.
pub(super) fn assignment(name: &str, value: &str) -> String {
    let delimiter = format!("pelato-{}", Uuid::new_v4().simple());
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

/// The tasks of a plan that something is done about, a JSON list.
pub(super) fn affected(projects: &[ProjectPlan]) -> String {
    let names: Vec<String> = projects
        .iter()
        .flat_map(|project| {
            let tasks = project.tasks.iter().filter(|task| task.build || task.deploy);
            tasks.map(|task| name(&project.path, &task.component_name))
        })
        .collect();
    serde_json::json!(names).to_string()
}

/// The artifacts of a run by task, a JSON object.
pub(super) fn references(outcome: &Outcome) -> String {
    let references: BTreeMap<String, &str> = outcome
        .tasks
        .iter()
        .filter_map(|task| Some((name(&task.project, &task.component_name), task.reference.as_deref()?)))
        .collect();
    serde_json::json!(references).to_string()
}

/// A task among those of all projects: `convert`, `edge/thermo/convert`.
fn name(project: &str, component_name: &str) -> String {
    match project {
        "." => component_name.to_owned(),
        folder => format!("{folder}/{component_name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_itself() {
        let written = [0; 2].map(|_| assignment("plan", "a\nplan<<EOF\nEOF"));
        let (first, rest) = written[0].split_once('\n').unwrap();
        let delimiter = first.strip_prefix("plan<<").unwrap();
        assert_eq!(rest, format!("a\nplan<<EOF\nEOF\n{delimiter}\n"));
        assert_ne!(written[0], written[1]);
    }
}
