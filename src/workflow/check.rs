//! Rules that hold between tasks, and between tasks and files.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::address::overlap;
use super::names::application_id;
use super::read::{Parts, Placed};
use super::{TemplateSpec, code, flow};
use crate::document::{Diagnostics, Findings, Span};
use crate::source::ProjectFiles;

/// Looks at all tasks of a project together: at `parts`, what could be read of each of
/// them, and at `tasks`, those that could be read whole. What is wrong in a file of the
/// author's comes back.
pub(super) fn project(
    parts: &[Parts],
    tasks: &[Placed],
    templates: &[&TemplateSpec],
    files: &ProjectFiles,
    findings: &mut Findings,
) -> Vec<Diagnostics> {
    let unique = component_names(parts, findings);
    if unique {
        applications(parts, findings);
    }
    addresses(parts, findings);
    flow::check(parts, findings);
    code::tasks(tasks, templates, files, findings)
}

/// Each `component_name` once, also for those who see no case and no `-`.
fn component_names(parts: &[Parts], findings: &mut Findings) -> bool {
    let mut seen: HashMap<String, (&str, &Span)> = HashMap::new();
    let mut unique = true;
    for (name, span) in parts.iter().filter_map(Parts::name) {
        let id = application_id(name);
        let Some((first, there)) = seen.get(&id) else {
            seen.insert(id, (name, span));
            continue;
        };
        unique = false;
        let (title, help) = if *first == name {
            (
                format!("two tasks have the component_name `{name}`"),
                "give each task a name of its own",
            )
        } else {
            (
                format!("`{name}` and `{first}` are one name to wasmCloud"),
                "it sees no difference in case, nor between `-` and `_`: rename one of them",
            )
        };
        findings.error("duplicate-component", span, title, "the second one", help);
        findings.also(there, "the first one");
    }
    unique
}

/// `a-b` on `c` and `a` on `b-c` would be one application.
fn applications(parts: &[Parts], findings: &mut Findings) {
    let mut seen: HashMap<String, (&str, &Span)> = HashMap::new();
    for part in parts {
        let (Some((name, _)), Some((targets, span))) = (part.name(), &part.targets) else {
            continue;
        };
        for target in targets {
            let id = application_id(&format!("{name}-{target}"));
            if let Some((other, there)) = seen.insert(id, (name, span)) {
                findings.error(
                    "duplicate-application",
                    span,
                    format!("`{name}` on `{target}` and `{other}` on one of its targets would be one application"),
                    "an application is named `<component_name>-<target>`",
                    "rename one of the two tasks",
                );
                findings.also(there, format!("the targets of `{other}`"));
            }
        }
    }
}

/// One that listens: its address, name and place.
type Listener<'p> = (SocketAddr, &'p str, &'p Span);

/// Two tasks cannot listen on one address of one host.
fn addresses(parts: &[Parts], findings: &mut Findings) {
    let mut seen: HashMap<(&str, u16), Vec<Listener<'_>>> = HashMap::new();
    for part in parts {
        let (Some((name, _)), Some((targets, _)), Some((address, span))) = (part.name(), &part.targets, &part.address)
        else {
            continue;
        };
        for target in targets {
            let Some(on) = address.on(target).and_then(|on| on.parse::<SocketAddr>().ok()) else {
                continue;
            };
            let port = on.port();
            let others = seen.entry((target, port)).or_default();
            if let Some((there, other, place)) = others.iter().find(|(other, ..)| overlap(on, *other)) {
                findings.error(
                    "address-taken",
                    span,
                    format!("`{name}` and `{other}` would both listen on port {port} of `{target}`"),
                    format!("`{on}`"),
                    "give each HTTP task a port of its own with `address: 0.0.0.0:<port>`",
                );
                findings.also(place, format!("`{there}`"));
            } else {
                others.push((on, name, span));
            }
        }
    }
}
