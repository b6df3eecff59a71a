//! JSON written in YAML.

use serde_json::{Map, Number, Value};

use crate::document::{Findings, Node, Value as Yaml};

/// What a YAML value is in JSON. A key that is no text is a finding.
pub(super) fn of(node: &Node, findings: &mut Findings) -> Value {
    match &node.value {
        Yaml::Scalar { text, plain: true } => plain(text),
        Yaml::Scalar { text, plain: false } => Value::String(text.clone()),
        Yaml::Sequence(items) => items.iter().map(|item| of(item, findings)).collect(),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let Yaml::Scalar { text, .. } = &key.value else {
                    let (title, label) = ("a key must be a word", format!("this is {}", key.kind()));
                    findings.error("type", &key.span, title, label, "");
                    continue;
                };
                if map.insert(text.clone(), of(value, findings)).is_some() {
                    let title = format!("`{text}` is given twice");
                    findings.error(
                        "duplicate-key",
                        &key.span,
                        title,
                        "the second one",
                        "remove one of them",
                    );
                }
            }
            Value::Object(map)
        }
    }
}

/// A scalar without quotes, as YAML's core schema reads it.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    // Rust reads words as numbers too: `inf`, `nan`.
    let numeric = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let number: f64 = numeric.then(|| text.parse().ok())??;
    Number::from_f64(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::{Limits, parse};

    #[test]
    fn yaml_is_read_as_json_means_it() {
        let text = "{a: 1, b: 1.50, c: '1', d: true, e: ~, f: [x, -2e3, nan], g: {h: }, 7: v1.0}";
        let node = parse("t", text, Limits::default()).unwrap().unwrap();
        let expected = json!({
            "a": 1, "b": 1.5, "c": "1", "d": true, "e": null, "f": ["x", -2000.0, "nan"], "g": {"h": null}, "7": "v1.0"
        });
        assert_eq!(of(&node, &mut Findings::default()), expected);
    }
}
