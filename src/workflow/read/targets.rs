//! `targets:` of a task.

use std::collections::HashMap;

use crate::document::{Fields, Findings, Node, Span, Value};
use crate::workflow::application_id;
use crate::workflow::form::Form;

/// `targets: [a, b]`, or the original's `target:`, with one name or a list of them.
pub(super) fn targets_of(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<(Vec<String>, Span)> {
    let list_key = fields.key_span("targets");
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
            if let Some(first) = list_key {
                findings.also(&first, "the first one");
            }
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
        (None, Some(node)) => match &node.value {
            Value::Sequence(items) if !items.is_empty() => (items, &node.span),
            _ => (std::slice::from_ref(node), &node.span),
        },
    };
    if let (Some(key), Some(labels)) = (&single_key, texts(nodes)) {
        let labels = labels.join(", ");
        findings.note(
            "alias",
            key,
            "`target` is an older name",
            format!("read as `targets: [{labels}]`"),
            format!("write `targets: [{labels}]`"),
        );
    }
    let mut targets: Vec<String> = Vec::with_capacity(nodes.len());
    let mut seen: HashMap<String, &Span> = HashMap::new();
    let mut good = true;
    for node in nodes {
        let text = match node.text() {
            None => {
                findings.error(
                    "type",
                    &node.span,
                    "a target is a host label",
                    format!("this is {}", node.kind()),
                    match single {
                        Some(_) => "write `targets: [edge, cloud]`",
                        None => "write `targets: [edge, cloud]`, each a single word",
                    },
                );
                good = false;
                continue;
            }
            Some(text) => text,
        };
        if let Some(reason) = Form::Label.refuses(text) {
            let fix = Form::Label.fix(text);
            findings.error("value", &node.span, "a target cannot be this", reason, fix);
            good = false;
        } else if let Some(first) = seen.insert(application_id(text), &node.span) {
            findings.error(
                "duplicate-target",
                &node.span,
                format!("the target `{text}` is given twice"),
                "the second one",
                "remove one of them",
            );
            findings.also(first, "the first one");
            good = false;
        } else {
            targets.push(text.to_owned());
        }
    }
    good.then(|| (targets, span.clone()))
}

/// What stands in a list, where all of it is single values.
fn texts(nodes: &[Node]) -> Option<Vec<&str>> {
    nodes.iter().map(Node::text).collect()
}
