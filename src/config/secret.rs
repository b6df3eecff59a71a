//! Secrets named by `runner.yaml`: never written in it.

use std::fs;
use std::path::Path;

use secrecy::SecretString;

use super::Variables;
use crate::document::{Fields, Findings, Node, Value};

/// Reads `{ env: NAME }` or `{ file: PATH }`. A secret that is not there, or is
/// empty, is a finding: nothing starts without it.
pub(super) fn secret(
    key: &str,
    node: &Node,
    base: &Path,
    variables: &Variables,
    findings: &mut Findings,
) -> Option<SecretString> {
    if !matches!(node.value, Value::Mapping(_)) {
        findings.error(
            "secret",
            &node.span,
            format!("`{key}` must say where the secret is, not hold it"),
            "secrets do not belong into this file",
            format!("write `{key}: {{ env: NAME }}` or `{key}: {{ file: PATH }}`"),
        );
        return None;
    }
    let mut fields = Fields::of(node, "a secret", findings)?;
    let env = fields.text("env", findings);
    let file = fields.text("file", findings);
    let found = match (env, file) {
        (Some((name, span)), None) => match variables.get(name) {
            Some(value) => Some(SecretString::from(value)),
            None => {
                findings.error(
                    "secret",
                    span,
                    format!("the variable {name} is not set, or empty"),
                    "the secret is expected there",
                    "",
                );
                None
            }
        },
        (None, Some((path, span))) => match fs::read_to_string(base.join(path)) {
            Ok(text) if !text.trim().is_empty() => Some(SecretString::from(text.trim())),
            Ok(_) => {
                findings.error(
                    "secret",
                    span,
                    format!("the file {path} is empty"),
                    "the secret is expected there",
                    "",
                );
                None
            }
            Err(error) => {
                findings.error(
                    "secret",
                    span,
                    format!("cannot read {path}: {error}"),
                    "the secret is expected there",
                    "",
                );
                None
            }
        },
        _ => {
            findings.error(
                "secret",
                &node.span,
                format!("`{key}` must have either `env` or `file`"),
                "this secret",
                "",
            );
            None
        }
    };
    fields.finish(findings);
    found
}

/// One secret, or a list of them while one is rotated.
pub(super) fn secrets(
    key: &str,
    node: &Node,
    base: &Path,
    variables: &Variables,
    findings: &mut Findings,
) -> Vec<SecretString> {
    match &node.value {
        Value::Sequence(items) => items
            .iter()
            .filter_map(|item| secret(key, item, base, variables, findings))
            .collect(),
        _ => secret(key, node, base, variables, findings).into_iter().collect(),
    }
}
