//! JSON as people compare it: without regard to how it is written.

use serde_json::{Number, Value};

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
