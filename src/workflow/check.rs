//! Rules that hold between tasks, and between tasks and files.

use std::collections::HashMap;

use super::names::application_id;
use super::read::Placed;
use super::{TemplateSpec, code};
use crate::document::{Diagnostics, Findings};
use crate::source::ProjectFiles;

/// Looks at all tasks of a project together. What is wrong in a file of the author's
/// comes back.
pub(super) fn project(
    tasks: &[Placed],
    templates: &[&TemplateSpec],
    files: &ProjectFiles,
    findings: &mut Findings,
) -> Vec<Diagnostics> {
    let unique = component_names(tasks, findings);
    if unique {
        applications(tasks, findings);
    }
    addresses(tasks, findings);
    code::tasks(tasks, templates, files, findings)
}

/// Each `component_name` once, also for those who see no case and no `-`.
fn component_names(tasks: &[Placed], findings: &mut Findings) -> bool {
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut unique = true;
    for placed in tasks {
        let name = placed.task.component_name.as_str();
        let Some(first) = seen.insert(application_id(name), name) else {
            continue;
        };
        unique = false;
        let (title, help) = if first == name {
            (
                format!("two tasks have the component_name `{name}`"),
                "give each task a name of its own",
            )
        } else {
            (
                format!("`{name}` and `{first}` are one name to wasmCloud"),
                "it sees no difference in case, nor between `-` and `_`",
            )
        };
        findings.error(
            "duplicate-component",
            &placed.component_name,
            title,
            "the second one",
            help,
        );
    }
    unique
}

/// `a-b` on `c` and `a` on `b-c` would be one application.
fn applications(tasks: &[Placed], findings: &mut Findings) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for placed in tasks {
        for target in &placed.task.targets {
            let id = application_id(&format!("{}-{target}", placed.task.component_name));
            if let Some(other) = seen.insert(id, &placed.task.component_name) {
                findings.error(
                    "duplicate-application",
                    &placed.targets,
                    format!(
                        "`{}` on `{target}` and `{other}` on one of its targets would be one application",
                        placed.task.component_name
                    ),
                    "an application is named `<component_name>-<target>`",
                    "rename one of the two tasks",
                );
            }
        }
    }
}

/// Two tasks cannot listen on one address of one host.
fn addresses(tasks: &[Placed], findings: &mut Findings) {
    let mut seen: HashMap<(&str, String), &str> = HashMap::new();
    for placed in tasks {
        let (Some(address), Some(span)) = (&placed.task.address, &placed.address) else {
            continue;
        };
        for target in &placed.task.targets {
            let Some(on) = address.on(target) else {
                continue;
            };
            // 0.0.0.0 takes the port of every address of the host.
            let port = on.rsplit(':').next().unwrap_or(on).to_owned();
            if let Some(other) = seen.insert((target, port.clone()), &placed.task.component_name) {
                findings.error(
                    "address-taken",
                    span,
                    format!(
                        "`{}` and `{other}` would both listen on port {port} of `{target}`",
                        placed.task.component_name
                    ),
                    format!("`{on}`"),
                    "give each HTTP task a port of its own with `address: 0.0.0.0:<port>`",
                );
            }
        }
    }
}
