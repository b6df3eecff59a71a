//! What is configured otherwise in two manifests.

use std::collections::BTreeSet;

use serde_json::Value;

/// `part key: a → b`, for each value that differs; but for names, which follow from what
/// is configured, and the component's image, which is the same wherever it lies.
pub(super) fn differences(here: &Value, there: &Value) -> Vec<String> {
    let parts =
        |document: &Value| -> Vec<Value> { document["spec"]["components"].as_array().cloned().unwrap_or_default() };
    let (here, there) = (parts(here), parts(there));
    let mut all = BTreeSet::new();
    for part in &there {
        let name = part["name"].as_str().unwrap_or_default();
        let mut same = here.iter().filter(|other| other["name"] == part["name"]);
        match same.next() {
            Some(other) => walk(name, "", other, part, part["type"] == "component", &mut all),
            None => {
                all.insert(format!("{name}: only there"));
            }
        }
    }
    let only_here = here
        .iter()
        .filter(|part| !there.iter().any(|other| other["name"] == part["name"]));
    all.extend(only_here.map(|part| format!("{}: only here", part["name"].as_str().unwrap_or_default())));
    all.into_iter().collect()
}

fn walk(part: &str, key: &str, here: &Value, there: &Value, is_component: bool, all: &mut BTreeSet<String>) {
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => {
            let keys: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
            for key in keys {
                if key == "name" || key == "image" && is_component {
                    continue;
                }
                let of = |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
                walk(part, key, &of(here), &of(there), is_component, all);
            }
        }
        (Value::Array(here), Value::Array(there)) => {
            for place in 0..here.len().max(there.len()) {
                let of = |array: &[Value]| array.get(place).cloned().unwrap_or_default();
                walk(part, key, &of(here), &of(there), is_component, all);
            }
        }
        (here, there) if text(here) != text(there) => {
            all.insert(format!("{part} {key}: {} → {}", text(here), text(there)));
        }
        _ => {}
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_differ_and_names_and_images_do_not_count() {
        let document = |nats: &str, image: &str, provider: &str| {
            json!({"spec": {"components": [
                {"name": "component", "type": "component", "properties": {"image": image}},
                {"name": "messaging", "type": "capability", "properties": {"image": provider}, "traits": [
                    {"type": "link", "properties": {"source": {"config": [
                        {"name": format!("config-{nats}"), "properties": {"cluster_uris": nats}}
                    ]}}}
                ]}
            ]}})
        };
        let here = document("nats://a:4222", "one.example/x@sha256:1", "stock:1");
        assert_eq!(differences(&here, &here), Vec::<String>::new());
        let there = document("nats://b:4222", "two.example/x@sha256:1", "stock:2");
        insta::assert_snapshot!(differences(&here, &there).join("\n"), @"
        messaging cluster_uris: nats://a:4222 → nats://b:4222
        messaging image: stock:1 → stock:2
        ");
    }
}
