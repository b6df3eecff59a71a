//! Text → [`Workflow`], or all that is wrong with it.

mod keys;
mod running;
mod targets;

use self::keys::Keys;
use self::targets::targets_of;
use super::form::Form;
use super::{Address, KeySpec, Order, Task, TemplateSpec, Workflow, check};
use crate::document::{Diagnostics, Fields, Findings, Limits, Node, Span, Value, closest, parse};
use crate::source::ProjectFiles;

/// What came of reading a workflow that can be used.
#[derive(Clone, Debug)]
pub struct Read {
    /// The workflow.
    pub workflow: Workflow,
    /// Notes and warnings, about the workflow first, then about the author's files.
    pub notes: Vec<Diagnostics>,
    /// The tasks that have targets in reserve, and where they say so.
    pub in_reserve: Vec<(String, Span)>,
}

/// A task that could be read whole.
pub(super) struct Placed {
    pub(super) task: Task,
    pub(super) code: Span,
    placement: Option<Span>,
}

impl Placed {
    fn in_reserve(&self) -> Option<(String, Span)> {
        let prefers = self.task.placement == Order::Prefer;
        self.placement
            .clone()
            .filter(|_| prefers)
            .map(|span| (self.task.component_name.clone(), span))
    }
}

/// What could be read of a task, right or wrong in the rest, for the rules between
/// tasks.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) component_name: Option<(String, Span)>,
    pub(super) targets: Option<(Vec<String>, Span)>,
    pub(super) address: Option<(Address, Span)>,
    /// Where the task listens.
    pub(super) listens: Option<Topic>,
    /// Where it publishes.
    pub(super) publishes: Option<Topic>,
}

impl Parts {
    /// Its `component_name`, and where that stands.
    pub(super) fn name(&self) -> Option<(&str, &Span)> {
        self.component_name.as_ref().map(|(name, span)| (name.as_str(), span))
    }
}

/// A subject and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    pub(super) subject: String,
    pub(super) span: Span,
}

/// Reads a project's workflow. `file` names it in messages. All errors of the
/// document and of the tasks' code are collected.
pub fn read(file: &str, project: &ProjectFiles, templates: &[&TemplateSpec]) -> Result<Read, Vec<Diagnostics>> {
    let mut findings = Findings::default();
    let bytes = project.get(super::FILE).unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let at = valid.len();
            findings.error(
                "encoding",
                &(at..at + 1),
                "this is not UTF-8 text",
                "from here on",
                "save the file as UTF-8",
            );
            return Err(vec![findings.of(file, &format!("{valid}\u{fffd}"))]);
        }
    };
    let Some(root) = parse(file, text, Limits::default()).map_err(|wrong| vec![wrong])? else {
        findings.error(
            "empty",
            &(0..1),
            "the workflow is empty",
            "nothing is here",
            "begin with `project_name:` and `tasks:`; `pelato templates` lists what a task can be",
        );
        return Err(vec![findings.of(file, if text.is_empty() { " " } else { text })]);
    };
    let (workflow, in_reserve, code) = project_of(&root, templates, project, &mut findings);
    let all: Vec<Diagnostics> = [vec![findings.of(file, text)], code].concat();
    let all: Vec<Diagnostics> = all.into_iter().filter(|one| !one.is_empty()).collect();
    match workflow {
        Some(workflow) if !all.iter().any(Diagnostics::has_errors) => Ok(Read {
            workflow,
            notes: all,
            in_reserve,
        }),
        _ => Err(all),
    }
}

fn project_of(
    root: &Node,
    templates: &[&TemplateSpec],
    project: &ProjectFiles,
    findings: &mut Findings,
) -> (Option<Workflow>, Vec<(String, Span)>, Vec<Diagnostics>) {
    let Some(mut fields) = Fields::of(root, "the workflow", findings) else {
        return (None, Vec::new(), Vec::new());
    };
    let project_name = named(
        fields.required("project_name", findings),
        "project_name",
        Form::Display,
        findings,
    );
    let (mut parts, mut placed) = (Vec::new(), Vec::new());
    match fields.take("tasks") {
        None => fields.missing("tasks", findings),
        Some(Node {
            value: Value::Sequence(items),
            ..
        }) if !items.is_empty() => {
            for item in items {
                let (part, whole) = task_of(item, templates, findings);
                parts.push(part);
                placed.extend(whole);
            }
        }
        Some(other) => findings.error(
            "type",
            &other.span,
            "`tasks` must be a list of tasks",
            format!(
                "this is {}",
                if other.kind() == "a list" {
                    "an empty list"
                } else {
                    other.kind()
                }
            ),
            "begin each task with `- name:`",
        ),
    }
    fields.finish(findings);
    let code = check::project(&parts, &placed, templates, project, findings);
    let in_reserve = placed.iter().filter_map(Placed::in_reserve).collect();
    let workflow = project_name.map(|project_name| Workflow {
        project_name,
        tasks: placed.into_iter().map(|placed| placed.task).collect(),
    });
    (workflow, in_reserve, code)
}

fn task_of(node: &Node, templates: &[&TemplateSpec], findings: &mut Findings) -> (Parts, Option<Placed>) {
    let Some(mut fields) = Fields::of(node, "a task", findings) else {
        return (Parts::default(), None);
    };
    let name = named(fields.required("name", findings), "name", Form::Display, findings);
    let template = fields.required("type", findings);
    let template = template.and_then(|(text, span)| template_of(text, span, templates, findings));
    let code = fields.required("code", findings);
    let code_text = named(code, "code", Form::Code, findings);
    let component = fields.required("component_name", findings);
    let component_name = named(component, "component_name", Form::ComponentName, findings);
    let version = named(fields.required("version", findings), "version", Form::Version, findings);
    let targets = targets_of(&mut fields, findings);
    let instances = running::instances_of(&mut fields, findings);
    let (placement, placement_span) =
        running::order_of(targets.as_ref().map(|(list, _)| list.len()), &mut fields, findings);
    let mut keys = Keys::default();
    for key in template.map(|template| template.keys.as_slice()).unwrap_or_default() {
        keys.read(
            key,
            template,
            targets.as_ref().map(|(list, _)| list.as_slice()),
            &mut fields,
            findings,
        );
    }
    if template.is_none() {
        // Which keys it may have is not known, but that nobody has `sorce_topic` is.
        let keys = |template: &&TemplateSpec| template.keys.iter().map(key_name).collect::<Vec<_>>();
        fields.allow(templates.iter().flat_map(keys));
    }
    fields.finish(findings);
    let subscribes = template.is_some_and(|template| template.subscribes);
    let parts = Parts {
        component_name: component_name.clone().zip(component.map(|(_, span)| span.clone())),
        targets,
        address: keys.address.clone().zip(keys.address_span.clone()),
        listens: keys.topic("source_topic").filter(|_| subscribes),
        publishes: keys.topic("dest_topic"),
    };
    let whole = || {
        Some(Placed {
            code: code?.1.clone(),
            placement: placement_span,
            task: Task {
                name: name?,
                component_name: component_name?,
                template: template?.name.clone(),
                code: code_text?,
                targets: parts.targets.as_ref()?.0.clone(),
                source_topic: keys.extra.remove("source_topic"),
                dest_topic: keys.extra.remove("dest_topic"),
                version: version?,
                address: keys.address,
                instances,
                placement,
                extra: keys.extra,
            },
        })
    };
    let whole = whole();
    (parts, whole)
}

fn key_name(key: &KeySpec) -> String {
    key.name.clone()
}

/// A text that must be of a form.
fn named(taken: Option<(&str, &Span)>, key: &str, form: Form, findings: &mut Findings) -> Option<String> {
    let (text, span) = taken?;
    match form.refuses(text) {
        None => Some(text.to_owned()),
        Some(reason) => {
            findings.error("value", span, format!("`{key}` cannot be this"), reason, form.fix(text));
            None
        }
    }
}

fn template_of<'t>(
    text: &str,
    span: &Span,
    templates: &[&'t TemplateSpec],
    findings: &mut Findings,
) -> Option<&'t TemplateSpec> {
    if let Some(found) = templates.iter().find(|template| template.name == text) {
        return Some(found);
    }
    if let Some(found) = templates
        .iter()
        .find(|template| template.aliases.iter().any(|alias| alias == text))
    {
        findings.note(
            "alias",
            span,
            format!("`{text}` is an older name"),
            format!("read as `{}`", found.name),
            format!("write `type: {}`", found.name),
        );
        return Some(found);
    }
    let known = || templates.iter().map(|template| template.name.as_str());
    let help = match closest(text, known()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", known().collect::<Vec<_>>().join(", ")),
    };
    findings.error(
        "unknown-template",
        span,
        format!("there is no template `{text}`"),
        "unknown type",
        help,
    );
    None
}

#[cfg(test)]
mod tests;
