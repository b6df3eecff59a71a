//! Text → [`Workflow`], or all that is wrong with it.

use std::collections::BTreeMap;

use super::{Address, KeyKind, KeySpec, Task, TemplateSpec, Workflow, check, names};
use crate::document::{Diagnostics, Fields, Findings, Limits, Node, Span, Value, closest, parse};
use crate::source::ProjectFiles;

/// What came of reading a workflow that can be used.
#[derive(Clone, Debug)]
pub struct Read {
    /// The workflow.
    pub workflow: Workflow,
    /// Notes and warnings.
    pub notes: Diagnostics,
}

/// A task and where its parts stand, while the rules are looked at.
pub(super) struct Placed {
    pub(super) task: Task,
    pub(super) component_name: Span,
    pub(super) targets: Span,
    pub(super) code: Span,
    pub(super) address: Option<Span>,
}

/// Reads a project's workflow. `file` names it in messages. All errors of the
/// document are collected.
pub fn read(
    file: &str,
    project: &ProjectFiles,
    templates: &[&TemplateSpec],
) -> Result<Read, Diagnostics> {
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
            return Err(findings.of(file, &format!("{valid}\u{fffd}")));
        }
    };
    let Some(root) = parse(file, text, Limits::default())? else {
        findings.error(
            "empty",
            &(0..1),
            "the workflow is empty",
            "nothing is here",
            "begin with `project_name:` and `tasks:`; `pelato templates` lists what a task can be",
        );
        return Err(findings.of(file, if text.is_empty() { " " } else { text }));
    };
    let workflow = project_of(&root, templates, project, &mut findings);
    match workflow {
        Some(workflow) if findings.errors() == 0 => Ok(Read {
            workflow,
            notes: findings.of(file, text),
        }),
        _ => Err(findings.of(file, text)),
    }
}

fn project_of(
    root: &Node,
    templates: &[&TemplateSpec],
    project: &ProjectFiles,
    findings: &mut Findings,
) -> Option<Workflow> {
    let mut fields = Fields::of(root, "the workflow", findings)?;
    let project_name = named(
        fields.required("project_name", findings),
        "project_name",
        names::display,
        findings,
    );
    let mut placed = Vec::new();
    match fields.take("tasks") {
        None => fields.missing("tasks", findings),
        Some(Node {
            value: Value::Sequence(items),
            ..
        }) if !items.is_empty() => {
            placed.extend(
                items
                    .iter()
                    .filter_map(|item| task_of(item, templates, findings)),
            );
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
    check::project(&placed, project, findings);
    Some(Workflow {
        project_name: project_name?,
        tasks: placed.into_iter().map(|placed| placed.task).collect(),
    })
}

fn task_of(node: &Node, templates: &[&TemplateSpec], findings: &mut Findings) -> Option<Placed> {
    let mut fields = Fields::of(node, "a task", findings)?;
    let name = named(
        fields.required("name", findings),
        "name",
        names::display,
        findings,
    );
    let template = fields.required("type", findings);
    let template = template.and_then(|(text, span)| template_of(text, span, templates, findings));
    let code = fields.required("code", findings);
    let code_text = named(code, "code", names::code, findings);
    let component = fields.required("component_name", findings);
    let component_name = named(component, "component_name", names::component_name, findings);
    let version = named(
        fields.required("version", findings),
        "version",
        names::version,
        findings,
    );
    let targets = targets_of(&mut fields, findings);
    let mut keys = Keys::default();
    for key in template
        .map(|template| template.keys.as_slice())
        .unwrap_or_default()
    {
        keys.read(
            key,
            template,
            targets.as_ref().map(|(list, _)| list.as_slice()),
            &mut fields,
            findings,
        );
    }
    if template.is_some() {
        fields.finish(findings);
    }
    let (targets, targets_span) = targets?;
    Some(Placed {
        component_name: component?.1.clone(),
        targets: targets_span,
        code: code?.1.clone(),
        address: keys.address_span,
        task: Task {
            name: name?,
            component_name: component_name?,
            template: template?.name.clone(),
            code: code_text?,
            targets,
            source_topic: keys.extra.remove("source_topic"),
            dest_topic: keys.extra.remove("dest_topic"),
            version: version?,
            address: keys.address,
            extra: keys.extra,
        },
    })
}

/// A text that a rule of [`names`] must let pass.
fn named(
    taken: Option<(&str, &Span)>,
    key: &str,
    rule: fn(&str) -> Option<String>,
    findings: &mut Findings,
) -> Option<String> {
    let (text, span) = taken?;
    match rule(text) {
        None => Some(text.to_owned()),
        Some(reason) => {
            findings.error("value", span, format!("`{key}` cannot be this"), reason, "");
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
            "",
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

/// `targets: [a, b]`, or the original's `target: a`.
fn targets_of(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<(Vec<String>, Span)> {
    let list = fields.take("targets");
    let single_key = fields.key_span("target");
    let single = fields.take("target");
    let (nodes, span): (&[Node], &Span) = match (list, single) {
        (Some(_), Some(second)) => {
            findings.error(
                "duplicate-key",
                &single_key.unwrap_or_else(|| second.span.clone()),
                "both `targets` and `target` are given",
                "the second one",
                "keep `targets`",
            );
            return None;
        }
        (None, None) => {
            fields.missing("targets", findings);
            return None;
        }
        (Some(node), None) => match &node.value {
            Value::Sequence(items) if !items.is_empty() => (items, &node.span),
            _ => {
                let hint = node.text().unwrap_or("edge");
                findings.error(
                    "type",
                    &node.span,
                    "`targets` must be a list of host labels",
                    format!(
                        "this is {}",
                        if node.kind() == "a list" {
                            "an empty list"
                        } else {
                            node.kind()
                        }
                    ),
                    format!("write `targets: [{hint}]`"),
                );
                return None;
            }
        },
        (None, Some(node)) => (std::slice::from_ref(node), &node.span),
    };
    let mut targets: Vec<String> = Vec::with_capacity(nodes.len());
    let mut good = true;
    for node in nodes {
        let text = match node.text() {
            None => {
                findings.error(
                    "type",
                    &node.span,
                    "a target is a host label",
                    format!("this is {}", node.kind()),
                    "",
                );
                good = false;
                continue;
            }
            Some(text) => text,
        };
        if let Some(reason) = names::label(text) {
            findings.error("value", &node.span, "a target cannot be this", reason, "");
            good = false;
        } else if targets
            .iter()
            .any(|seen| names::application_id(seen) == names::application_id(text))
        {
            findings.error(
                "duplicate-target",
                &node.span,
                format!("the target `{text}` is given twice"),
                "the second one",
                "remove one of them",
            );
            good = false;
        } else {
            targets.push(text.to_owned());
        }
    }
    good.then(|| (targets, span.clone()))
}

/// The keys that a template declares.
#[derive(Default)]
struct Keys {
    extra: BTreeMap<String, String>,
    address: Option<Address>,
    address_span: Option<Span>,
}

impl Keys {
    fn read(
        &mut self,
        key: &KeySpec,
        template: Option<&TemplateSpec>,
        targets: Option<&[String]>,
        fields: &mut Fields<'_>,
        findings: &mut Findings,
    ) {
        let Some(node) = fields.take_extra(&key.name) else {
            match &key.default {
                Some(default) if key.kind == KeyKind::Address => {
                    self.address = Some(Address::Everywhere(default.clone()));
                    self.address_span = Some(fields.span().clone());
                }
                Some(default) => {
                    self.extra.insert(key.name.clone(), default.clone());
                }
                None if key.required => fields.missing(&key.name, findings),
                None => {}
            }
            return;
        };
        if let (KeyKind::Address, Value::Mapping(_)) = (key.kind, &node.value) {
            self.address = addresses(node, targets, findings);
            self.address_span = Some(node.span.clone());
            return;
        }
        let wildcards =
            key.name == "source_topic" && template.is_some_and(|template| template.subscribes);
        let Some(text) = node.text() else {
            findings.error(
                "type",
                &node.span,
                format!("`{}` must be a single value", key.name),
                format!("this is {}", node.kind()),
                "",
            );
            return;
        };
        let reason = match key.kind {
            KeyKind::Subject => names::subject(text, wildcards),
            KeyKind::Address => names::address(text),
            KeyKind::Name => names::label(text),
        };
        if let Some(reason) = reason {
            findings.error(
                "value",
                &node.span,
                format!("`{}` cannot be this", key.name),
                reason,
                "",
            );
        } else if key.kind == KeyKind::Address {
            self.address = Some(Address::Everywhere(text.to_owned()));
            self.address_span = Some(node.span.clone());
        } else {
            self.extra.insert(key.name.clone(), text.to_owned());
        }
    }
}

/// `address:` as a map of target to `ip:port`.
fn addresses(node: &Node, targets: Option<&[String]>, findings: &mut Findings) -> Option<Address> {
    let Value::Mapping(entries) = &node.value else {
        return None;
    };
    let targets = targets?;
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        let (Some(target), Some(address)) = (key.text(), value.text()) else {
            findings.error(
                "type",
                &key.span,
                "`address` is a map of target to `ip:port`",
                "this is not",
                "",
            );
            continue;
        };
        if !targets.iter().any(|known| known == target) {
            findings.error(
                "value",
                &key.span,
                format!("`{target}` is none of this task's targets"),
                "unknown target",
                format!("there are: {}", targets.join(", ")),
            );
        } else if let Some(reason) = names::address(address) {
            findings.error("value", &value.span, "`address` cannot be this", reason, "");
        } else {
            map.insert(target.to_owned(), address.to_owned());
        }
    }
    for target in targets
        .iter()
        .filter(|target| !entries.iter().any(|(key, _)| key.text() == Some(target)))
    {
        findings.error(
            "missing-key",
            &node.span,
            format!("`address` says nothing of the target `{target}`"),
            "it has an entry for each target",
            format!("add `{target}: ip:port`"),
        );
    }
    Some(Address::PerTarget(map))
}

#[cfg(test)]
mod tests;
