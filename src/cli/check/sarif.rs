//! `--format sarif`: SARIF 2.1.0, which code scanning reads.

use serde_json::{Value, json};

use super::all;
use crate::document::{Diagnostic, Diagnostics, Places, RULES, Span};
use crate::pipeline::Examined;

/// The one run's log.
pub(super) fn log(examined: &[Examined]) -> Value {
    let results: Vec<Value> = all(examined).flat_map(of_file).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pelato",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            } },
            // The default are UTF-16's code units.
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "the top of the repository" } } },
            "results": results,
        }],
    })
}

fn rules() -> Vec<Value> {
    let rule = |rule: &crate::document::Rule| json!({ "id": rule.name, "shortDescription": { "text": rule.finds } });
    RULES.iter().map(rule).collect()
}

fn of_file(diagnostics: &Diagnostics) -> Vec<Value> {
    let places = diagnostics.places();
    let items = diagnostics.items.iter();
    items.map(|item| result(item, &diagnostics.file, &places)).collect()
}

fn result(item: &Diagnostic, file: &str, places: &Places<'_>) -> Value {
    let mut message = format!("{}: {}", item.title, item.label);
    if let Some(help) = &item.help {
        message.push_str(&format!(" ({help})"));
    }
    let mut result = json!({
        "ruleId": item.rule,
        "level": item.severity.name(),
        "message": { "text": message },
        "locations": [{ "physicalLocation": location(&item.span, file, places) }],
    });
    if let Some(index) = RULES.iter().position(|rule| rule.name == item.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !item.related.is_empty() {
        let related = item.related.iter().enumerate().map(|(index, related)| {
            json!({
                "id": index + 1,
                "message": { "text": related.label },
                "physicalLocation": location(&related.span, file, places),
            })
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(span: &Span, file: &str, places: &Places<'_>) -> Value {
    let place = places.place(span);
    json!({
        "artifactLocation": { "uri": uri(file), "uriBaseId": "%SRCROOT%" },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        assert_eq!(
            uri("a b/c:d/città%/workflow.yaml"),
            "a%20b/c%3Ad/citt%C3%A0%25/workflow.yaml"
        );
    }
}
