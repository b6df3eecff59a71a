//! The tables of `docs/`, held against the program. `PELATO_WRITE_DOCS=1` writes them.

use std::fs;
use std::path::Path;

use pelato::document::{RULES, Severity};
use pelato::workflow;
use serde_json::{Value, json};

use super::table::hold;
use super::{TEMPLATES, found};

/// What an author would get wrong, for each key.
fn wrong(key: &str) -> Value {
    match key {
        "project_name" | "name" => json!(""),
        "tasks" => json!("convert"),
        "type" => json!("cron"),
        "code" => json!("../convert.go"),
        "targets" => json!("edge"),
        "version" => json!("1.0"),
        "dest_topic" => json!("room.*"),
        "address" => json!("localhost:8000"),
        _ => json!("living room"),
    }
}

/// A workflow of one task of a template, with all its keys.
fn sample(template: &str, schema: &Value) -> Value {
    let mut task = json!({
        "name": "Sample", "type": template, "targets": ["edge"], "component_name": "sample", "version": "1.0.0",
        "code": if template == "nats_to_nats_kv" { "kv.go" } else { "a.go" },
    });
    for (key, value) in of_template(template, schema)["properties"].as_object().unwrap() {
        if value.is_object() {
            let example = [&value["examples"][0], &value["anyOf"][0]["examples"][0]]
                .into_iter()
                .find(|example| !example.is_null())
                .unwrap();
            task[key] = example.clone();
        }
    }
    json!({ "project_name": "Sample", "tasks": [task] })
}

fn of_template<'s>(template: &str, schema: &'s Value) -> &'s Value {
    let all = schema["definitions"]["task"]["allOf"].as_array().unwrap();
    let found = all
        .iter()
        .find(|one| one["if"]["properties"]["type"]["enum"][0] == template);
    &found.unwrap()["then"]
}

/// The rule and the words that a workflow breaks.
fn error(document: &Value) -> Option<String> {
    let found = found(serde_yaml::to_string(document).unwrap().as_bytes());
    let item = found.items.iter().find(|item| item.severity == Severity::Error)?;
    Some(format!("`{}`: {}, {}", item.rule, item.title, item.label))
}

/// A row: the key, what it is, whether it must be there, what it says, what is refused.
fn row(key: &str, value: &Value, required: bool, document: &Value, pointer: &str) -> String {
    let default = match (&value["default"], required) {
        (Value::String(default), _) => format!("`{default}`"),
        (_, true) => "required".to_owned(),
        _ => "none".to_owned(),
    };
    let mut without = document.clone();
    let map = without.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    map.remove(key);
    assert_eq!(error(&without).is_some(), required, "{key}");
    let mut with = document.clone();
    with.pointer_mut(pointer).unwrap()[key] = wrong(key);
    if key == "target" {
        with.pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("targets");
    }
    let refused = error(&with).unwrap_or_else(|| panic!("{key}: {}", wrong(key)));
    format!(
        "| `{key}` | {} | {default} | {} | `{}` → {refused} |\n",
        value["title"].as_str().unwrap(),
        value["description"].as_str().unwrap(),
        wrong(key),
    )
}

const HEAD: &str = "| key | value | default | | what is refused, for example |\n| --- | --- | --- | --- | --- |\n";

#[test]
fn the_keys_are_documented() {
    let schema = workflow::schema(&TEMPLATES.specs());
    let document = sample("processor_nats", &schema);
    assert_eq!(error(&document), None);

    let mut table = format!("\n### The workflow\n\n{HEAD}");
    for key in ["project_name", "tasks"] {
        table.push_str(&row(key, &schema["properties"][key], true, &document, ""));
    }
    table.push_str(&format!("\n### Every task\n\n{HEAD}"));
    for key in workflow::task_keys() {
        let value = &schema["definitions"]["task"]["properties"][key.name];
        table.push_str(&row(key.name, value, key.required, &document, "/tasks/0"));
    }
    for spec in TEMPLATES.specs() {
        let aliases: Vec<String> = spec.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let also = match aliases.is_empty() {
            true => String::new(),
            false => format!(" (older name: {})", aliases.join(", ")),
        };
        table.push_str(&format!("\n### `type: {}`{also}\n\n{HEAD}", spec.name));
        let document = sample(&spec.name, &schema);
        assert_eq!(error(&document), None, "{}", spec.name);
        for key in &spec.keys {
            let value = &of_template(&spec.name, &schema)["properties"][&key.name];
            table.push_str(&row(&key.name, value, key.required, &document, "/tasks/0"));
        }
    }
    table.push('\n');
    hold("workflow.md", "keys", &table);
}

#[test]
fn the_rules_are_documented() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.dedup();
    assert!(names.is_sorted() && names.len() == RULES.len(), "by name, each once");
    let rows = RULES
        .iter()
        .map(|rule| format!("| `{}` | {} |\n", rule.name, rule.finds));
    let table = format!("| rule | finds |\n| --- | --- |\n{}", rows.collect::<String>());
    hold("check.md", "rules", &table);
}

/// A finding that names a rule which nobody has heard of is found here, not by who
/// reads SARIF.
#[test]
fn every_finding_names_a_rule() {
    let named = regex::Regex::new(r#"\.(?:error|warning|note|stop|two)\(\s*"([a-z-]+)",\s*&?\(?\*?[a-z]"#).unwrap();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut seen = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            // Others have methods of these names too.
            if !text.contains("Findings") {
                continue;
            }
            for found in named.captures_iter(&text) {
                seen.push(found[1].to_owned());
                assert!(
                    RULES.iter().any(|rule| rule.name == &found[1]),
                    "{}: `{}` is not in RULES of src/document/rule.rs",
                    path.display(),
                    &found[1]
                );
            }
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
}
