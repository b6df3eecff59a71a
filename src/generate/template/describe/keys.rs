//! `keys:` of a `template.yaml`.

use super::super::expressions::is_taken;
use super::super::placed;
use super::{LONGEST_NAME, truth};
use crate::document::{Fields, Findings, Node, Span, closest};
use crate::workflow::{KeyKind, KeySpec};

/// What every task has, whatever its template.
const OF_EVERY_TASK: [&str; 8] = [
    "name",
    "type",
    "code",
    "targets",
    "component_name",
    "version",
    "instances",
    "placement",
];
const KINDS: [KeyKind; 5] = [
    KeyKind::Subject,
    KeyKind::Address,
    KeyKind::Name,
    KeyKind::Table,
    KeyKind::Column,
];
/// The keys of a list, those that are right.
pub(super) fn keys(items: &[Node], subscribes: Option<bool>, findings: &mut Findings) -> Vec<KeySpec> {
    let mut keys: Vec<KeySpec> = Vec::new();
    for item in items {
        let Some(mut fields) = Fields::of(item, "a key of a template", findings) else {
            continue;
        };
        let name = fields.required("name", findings);
        let kind = fields
            .required("kind", findings)
            .and_then(|(text, span)| kind(text, span, findings));
        let required = fields
            .take("required")
            .and_then(|node| truth("required", node, findings))
            .unwrap_or(false);
        let default = fields.text("default", findings);
        let doc = fields.required("doc", findings);
        fields.finish(findings);
        let (Some((name, span)), Some(kind), Some((doc, _))) = (name, kind, doc) else {
            continue;
        };
        if let Some(reason) = refused(name, kind, &keys) {
            findings.error("value", span, format!("a key cannot be `{name}`"), reason, "");
            continue;
        }
        if let Some((default, span)) = default {
            let wildcards = name == "source_topic" && subscribes == Some(true);
            if let Some(reason) = kind.refuses(default, wildcards) {
                findings.error("value", span, format!("`{name}` cannot be this"), reason, "");
            }
            if required {
                findings.error(
                    "value",
                    span,
                    "what is required has no default",
                    "a default",
                    "take one of them out",
                );
            }
        }
        keys.push(KeySpec {
            name: name.to_owned(),
            kind,
            required,
            default: default.map(|(default, _)| default.to_owned()),
            doc: doc.trim().to_owned(),
        });
    }
    keys
}

/// Why a key cannot be called that.
fn refused(name: &str, kind: KeyKind, keys: &[KeySpec]) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !name.bytes().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.len() > LONGEST_NAME {
        return Some("its name is small letters, digits and `_`, and begins with a letter".into());
    }
    if OF_EVERY_TASK.contains(&name) {
        return Some("every task has that key already".into());
    }
    if placed::is_placed(name) || is_taken(name) {
        return Some("that name means something else in wadm.yaml".into());
    }
    if keys.iter().any(|key| key.name == name) {
        return Some("another key has that name".into());
    }
    let topic = matches!(name, "source_topic" | "dest_topic");
    match (name == "address", kind == KeyKind::Address) {
        (true, false) => Some("where a task listens has `kind: address`".into()),
        (false, true) => Some("where a task listens is called `address`".into()),
        _ if topic && kind != KeyKind::Subject => Some("it is a subject, `kind: subject`".into()),
        _ => None,
    }
}

fn kind(text: &str, span: &Span, findings: &mut Findings) -> Option<KeyKind> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.as_str() == text) {
        return Some(*kind);
    }
    let names = || KINDS.iter().map(|kind| kind.as_str());
    let help = match closest(text, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
    };
    findings.error(
        "value",
        span,
        format!("there is no kind `{text}`"),
        "unknown kind",
        help,
    );
    None
}
