//! The keys of a task that its template declares.

use std::collections::BTreeMap;

use super::Topic;
use crate::document::{Fields, Findings, Node, Span, Value};
use crate::workflow::form::Form;
use crate::workflow::{Address, KeyKind, KeySpec, TemplateSpec};

/// The keys that a template declares.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) extra: BTreeMap<String, String>,
    pub(super) address: Option<Address>,
    pub(super) address_span: Option<Span>,
    spans: BTreeMap<String, Span>,
}

impl Keys {
    /// A subject that the task names, and where.
    pub(super) fn topic(&self, key: &str) -> Option<Topic> {
        Some(Topic {
            subject: self.extra.get(key)?.clone(),
            span: self.spans.get(key)?.clone(),
        })
    }

    pub(super) fn read(
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
                    self.spans.insert(key.name.clone(), fields.span().clone());
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
        let wildcards = key.name == "source_topic" && template.is_some_and(|template| template.subscribes);
        let form = Form::of(key.kind, wildcards);
        let Some(text) = node.text() else {
            findings.error(
                "type",
                &node.span,
                format!("`{}` must be a single value", key.name),
                format!("this is {}", node.kind()),
                format!("write it behind the key: `{}: {}`", key.name, form.example()),
            );
            return;
        };
        if let Some(reason) = form.refuses(text) {
            let title = format!("`{}` cannot be this", key.name);
            findings.error("value", &node.span, title, reason, form.fix(text));
        } else if key.kind == KeyKind::Address {
            self.address = Some(Address::Everywhere(text.to_owned()));
            self.address_span = Some(node.span.clone());
        } else {
            self.spans.insert(key.name.clone(), node.span.clone());
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
    let mut places: BTreeMap<&str, &Span> = BTreeMap::new();
    for (key, value) in entries {
        let (Some(target), Some(address)) = (key.text(), value.text()) else {
            findings.error(
                "type",
                &key.span,
                "`address` is a map of target to `ip:port`",
                "this is not",
                "write a line for each target, `edge: 0.0.0.0:8000`",
            );
            continue;
        };
        if !targets.iter().any(|known| known == target) {
            findings.error(
                "value",
                &key.span,
                format!("`{target}` is none of this task's targets"),
                "unknown target",
                format!("it runs on: {}", targets.join(", ")),
            );
        } else if let Some(reason) = Form::Address.refuses(address) {
            let fix = Form::Address.fix(address);
            findings.error("value", &value.span, "`address` cannot be this", reason, fix);
        } else if let Some(first) = places.insert(target, &key.span) {
            let title = format!("`{target}` is given twice in `address`");
            findings.error(
                "duplicate-key",
                &key.span,
                title,
                "the second one",
                "remove one of them",
            );
            findings.also(first, "the first one");
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
