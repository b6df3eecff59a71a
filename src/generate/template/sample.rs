//! A template with sample values: what a task would be told first, its author is told
//! when it is loaded.

use serde_json::{Map, Value as Json, json};

use super::Template;
use crate::document::{Diagnostics, Findings, Limits, Node, Span, Value, parse};
use crate::generate::TemplateError;
use crate::generate::manifest::misshapen;
use crate::workflow::{KeyKind, TemplateSpec};

const APPLICATION: &str = "sample_task-edge";
const TARGET: &str = "edge";
const IMAGE: &str = "registry.example.org/sample_task:1.0.0";

/// Renders the template with every key, and with those alone that a task must have.
pub(super) fn check(template: &Template) -> Result<(), TemplateError> {
    let mut wrong = TemplateError::default();
    if let Err((file, reason)) = template.project(&json!({ "component_name": "sample_task" })) {
        wrong.file(template.shown(&file), reason);
    }
    for all in [true, false] {
        let before = wrong.count();
        match template.manifest(&values(template.spec(), all)) {
            Err((file, reason)) => wrong.file(template.shown(&file), reason),
            Ok(text) => wrong.extend(application(&template.shown(super::MANIFEST), &text)),
        }
        // With fewer keys the same would be wrong again.
        if wrong.count() > before {
            break;
        }
    }
    wrong.done()
}

/// What `wadm.yaml` can name.
fn values(spec: &TemplateSpec, all: bool) -> Json {
    let mut values: Map<String, Json> = Map::new();
    for key in &spec.keys {
        let sample = match key.kind {
            KeyKind::Subject => "sample.subject",
            KeyKind::Address => "127.0.0.1:8000",
            KeyKind::Name | KeyKind::Table | KeyKind::Column => "sample",
        };
        let value = match all || key.required {
            true => Some(sample),
            false => key.default.as_deref(),
        };
        values.insert(key.name.clone(), json!(value));
    }
    let providers: Map<String, Json> = ["messaging", "http_server", "keyvalue", "sql"]
        .map(|name| (name.to_owned(), json!(format!("registry.example.org/{name}:1.0.0"))))
        .into_iter()
        .collect();
    for (name, value) in [
        ("application", APPLICATION),
        ("component_name", "sample_task"),
        ("target", TARGET),
        ("image", IMAGE),
        ("environment", "default"),
        ("queue_group", "pelato-default-sample_task"),
        ("nats", "nats://localhost:4222"),
        ("sql", "pelato-sql-sample_task-edge"),
    ] {
        values.insert(name.to_owned(), json!(value));
    }
    values.insert("providers".to_owned(), Json::Object(providers));
    Json::Object(values)
}

/// What is wrong with a manifest, shown in the text that was rendered.
fn application(file: &str, text: &str) -> TemplateError {
    let mut wrong = TemplateError::default();
    let file = format!("{file}, rendered with sample values");
    let node = match parse(&file, text, Limits::default()) {
        Ok(node) => node,
        Err(diagnostics) => {
            wrong.text(diagnostics);
            return wrong;
        }
    };
    let document: Json = match serde_yaml::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            wrong.file(file, error.to_string());
            return wrong;
        }
    };
    let mut findings = Findings::default();
    for found in misshapen(&document, APPLICATION, TARGET, IMAGE) {
        let (span, whole) = node.as_ref().map_or((0..1, false), |node| place(node, &found.path));
        let label = if whole {
            "here"
        } else {
            "something is missing below this"
        };
        findings.error(
            "manifest",
            &span,
            format!("{}: {}", found.path.join("."), found.reason),
            label,
            "",
        );
    }
    wrong.text(shown(findings, &file, text));
    wrong
}

fn shown(findings: Findings, file: &str, text: &str) -> Diagnostics {
    findings.of(file, if text.is_empty() { " " } else { text })
}

/// Where a path leads in a document, or how far it goes; and whether it goes to its end.
fn place(node: &Node, path: &[String]) -> (Span, bool) {
    let mut at = node;
    // A map or list is shown by the key that it stands behind.
    let mut span = 0..1;
    for step in path {
        let next = match &at.value {
            Value::Mapping(pairs) => pairs
                .iter()
                .find(|(key, _)| key.text() == Some(step))
                .map(|(key, value)| (key.span.clone(), value)),
            Value::Sequence(items) => step
                .parse()
                .ok()
                .and_then(|index: usize| items.get(index))
                .map(|item| (first(item), item)),
            Value::Scalar { .. } => None,
        };
        let Some((shown, value)) = next else {
            return (span, false);
        };
        span = match value.value {
            Value::Scalar { .. } if !value.span.is_empty() => value.span.clone(),
            _ => shown,
        };
        at = value;
    }
    (span, true)
}

/// The first thing in an entry of a list.
fn first(item: &Node) -> Span {
    match &item.value {
        Value::Mapping(pairs) => pairs.first().map_or(item.span.clone(), |(key, _)| key.span.clone()),
        _ => item.span.clone(),
    }
}
