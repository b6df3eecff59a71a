//! `environments:` of `runner.yaml`, name by name.

use std::collections::BTreeMap;
use std::path::Path;

use super::environment;
use crate::config::{Environment, Variables};
use crate::document::{self, Diagnostics, Fields, Findings, Node, Value, closest};

/// The environments called `names` out of `runner.yaml`. Nothing else of it is looked at:
/// who promotes from one to another needs no secrets of webhooks. `base` is its folder.
///
/// # Errors
/// What is wrong with them, with file and line; that there is none of a name.
pub fn read_environments(
    file: &str,
    text: &str,
    base: &Path,
    variables: &Variables,
    names: &[&str],
) -> Result<BTreeMap<String, Environment>, Diagnostics> {
    let mut findings = Findings::default();
    let root = document::parse(file, text, document::Limits::default())?;
    let mut found = BTreeMap::new();
    if let Some(mut fields) = root
        .as_ref()
        .and_then(|root| Fields::of(root, "the configuration", &mut findings))
    {
        let data = base.join(fields.text("data", &mut findings).map_or("./var", |(path, _)| path));
        let node = fields.take("environments");
        found = read(node, Some(names), &data, (base, variables), &mut findings);
        let declared = declared(node);
        for name in names.iter().filter(|name| !declared.contains(name)) {
            findings.error(
                "unknown-environment",
                &node.map_or(0..1, |node| node.span.start..node.span.start + 1),
                format!("no environment is called `{name}`"),
                match declared.as_slice() {
                    [] => "none is declared".to_owned(),
                    declared => format!("there are: {}", declared.join(", ")),
                },
                match closest(name, declared.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "declare it here".to_owned(),
                },
            );
        }
    }
    match findings.errors() {
        0 => Ok(found),
        _ => Err(findings.of(file, if text.is_empty() { " " } else { text })),
    }
}

/// The names that are declared, whatever is wrong with what they stand for.
pub(super) fn declared(node: Option<&Node>) -> Vec<&str> {
    match node.map(|node| &node.value) {
        Some(Value::Mapping(entries)) => entries.iter().filter_map(|(key, _)| key.text()).collect(),
        _ => Vec::new(),
    }
}

/// Reads those called `wanted`, or all.
pub(super) fn read(
    node: Option<&Node>,
    wanted: Option<&[&str]>,
    data: &Path,
    surroundings: (&Path, &Variables),
    findings: &mut Findings,
) -> BTreeMap<String, Environment> {
    let mut environments = BTreeMap::new();
    let Some(node) = node else {
        return environments;
    };
    let Value::Mapping(entries) = &node.value else {
        findings.error(
            "type",
            &node.span,
            "`environments` must be a map of names",
            format!("this is {}", node.kind()),
            "",
        );
        return environments;
    };
    for (key, value) in entries {
        let Some(name) = key.text() else {
            findings.error(
                "type",
                &key.span,
                "an environment's name is a word",
                format!("this is {}", key.kind()),
                "",
            );
            continue;
        };
        if wanted.is_some_and(|wanted| !wanted.contains(&name)) {
            continue;
        }
        if let Some(environment) = environment::read(name, &key.span, value, data, surroundings, findings) {
            environments.insert(name.to_owned(), environment);
        }
    }
    environments
}
