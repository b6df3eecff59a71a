//! JSON as people mean it: written in YAML, and compared without regard to how it
//! is written.

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

/// Whether two values are the same: 1 is 1.0, and no order of keys counts.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => equal_numbers(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|found| equal(value, found)))
        }
        (one, other) => one == other,
    }
}

fn equal_numbers(one: &Number, other: &Number) -> bool {
    let whole = |number: &Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or_else(|| number.as_u64().map(i128::from))
    };
    match (whole(one), whole(other)) {
        // Exact, where a float would take neighbours for one number.
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

/// Pretty JSON with its keys in order and its numbers as `like` writes them where
/// they are equal, so that only what differs looks different.
pub(super) fn shown(value: &Value, like: Option<&Value>) -> String {
    let shown = ordered(value, like);
    serde_json::to_string_pretty(&shown).unwrap_or_else(|_| shown.to_string())
}

fn ordered(value: &Value, like: Option<&Value>) -> Value {
    match (value, like) {
        (Value::Number(one), Some(Value::Number(other))) if equal_numbers(one, other) => Value::Number(other.clone()),
        (Value::Array(items), like) => {
            let like = |index: usize| like.and_then(|like| like.get(index));
            let items = items.iter().enumerate();
            items.map(|(index, item)| ordered(item, like(index))).collect()
        }
        (Value::Object(map), like) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let like = |key: &str| like.and_then(|like| like.get(key));
            let pairs = keys.into_iter();
            pairs.map(|key| (key.clone(), ordered(&map[key], like(key)))).collect()
        }
        (value, _) => value.clone(),
    }
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

    #[test]
    fn neither_order_nor_spelling_counts() {
        assert!(equal(&json!({"a": 1, "b": [2.0]}), &json!({"b": [2], "a": 1.0})));
        for (one, other) in [
            (json!(1), json!("1")),
            (json!([1, 2]), json!([2, 1])),
            (json!({"a": null}), json!({})),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64)),
        ] {
            assert!(!equal(&one, &other), "{one} {other}");
        }
    }
}
