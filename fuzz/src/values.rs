//! Any texts as the values of a task: what `workflow.yaml` lets through becomes exactly
//! these values in a manifest, and never a part of the manifest or of Go.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the rooms have more than is used here")]

#[path = "../../src/document/mod.rs"]
pub mod document;
#[path = "../../src/generate/mod.rs"]
pub mod generate;
#[path = "../../src/golang/mod.rs"]
pub mod golang;
#[path = "../../src/workflow/mod.rs"]
pub mod workflow;

pub mod source;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use self::generate::{Manifest, Owner, Placement, Providers, Templates};
use self::source::ProjectFiles;
use self::workflow::Task;

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::builtin().expect("they are right"));

const KEYS: [&str; 9] = [
    "name",
    "component_name",
    "version",
    "source_topic",
    "dest_topic",
    "address",
    "bucket",
    "table",
    "key_column",
];
const NEEDED: [(&str, &[&str]); 4] = [
    ("processor_nats", &["source_topic", "dest_topic"]),
    ("http_producer_nats", &["source_topic", "dest_topic", "address"]),
    ("nats_to_nats_kv", &["source_topic", "bucket"]),
    ("nats_to_sql", &["source_topic", "table", "key_column"]),
];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut values = text.split('\u{1}');
    let target = values.next().unwrap_or_default();
    let values: Vec<&str> = values.collect();
    for (template, keys) in NEEDED {
        let mut workflow = format!("project_name: x\ntasks:\n  - type: {template}\n    code: a.go\n");
        workflow += &format!("    targets: [{}]\n", quoted(target));
        for (key, value) in KEYS.iter().zip(&values) {
            if keys.contains(key) || matches!(*key, "name" | "component_name" | "version") {
                workflow += &format!("    {key}: {}\n", quoted(value));
            }
        }
        generate_all(workflow, template);
    }
});

/// As YAML and JSON both have it.
fn quoted(value: &str) -> String {
    serde_json::to_string(value).expect("a text")
}

fn generate_all(workflow: String, template: &str) {
    let code = match template {
        "nats_to_nats_kv" => "package main\n\nfunc exec_task(key, data string) (string, string) { return key, data }\n",
        _ => "package main\n\nfunc exec_task(arg string) string { return arg }\n",
    };
    let mut project = ProjectFiles {
        path: ".".into(),
        ..ProjectFiles::default()
    };
    project.files.insert("workflow.yaml".into(), workflow.into_bytes());
    project.files.insert("tasks/a.go".into(), code.into());
    let Ok(read) = workflow::read("workflow.yaml", &project, &TEMPLATES.specs()) else {
        return;
    };
    for task in &read.workflow.tasks {
        let sources = generate::render(task, &project, &TEMPLATES).expect("what was checked is rendered");
        for (path, content) in sources.files.iter().filter(|(path, _)| path.ends_with(".go")) {
            let text = std::str::from_utf8(content).expect("Go is UTF-8");
            assert!(golang::read(text).package.is_some(), "{path} of {}", task.component_name);
        }
        for target in &task.targets {
            look_at(task, &placed(task, target));
        }
    }
}

fn placed(task: &Task, target: &str) -> Manifest {
    let owner = Owner {
        repository: "acme/thermo".into(),
        project: ".".into(),
        environment: "default".into(),
        commit: None,
    };
    let placement = Placement {
        target,
        image: "registry.example/task:1.0.0",
        environment: "default",
        providers: &Providers::external(),
        nats: "nats://127.0.0.1:4222",
        sql: None,
        agent: false,
        owner: &owner,
    };
    generate::manifest(task, &placement, "sha256:f00d", "code=1", &TEMPLATES).expect("what was checked is placed")
}

fn look_at(task: &Task, manifest: &Manifest) {
    let again: serde_json::Value = serde_yaml::from_str(&manifest.to_yaml()).expect("YAML");
    assert_eq!(again, manifest.document);
    assert_eq!(again["metadata"]["annotations"]["pelato.name"], task.name.as_str());
    assert_eq!(again["metadata"]["name"], manifest.application.as_str());
    let parts = again["spec"]["components"].as_array().expect("components");
    let components: Vec<_> = parts.iter().filter(|part| part["type"] == "component").collect();
    assert_eq!(components.len(), 1);
    assert_eq!(components[0]["properties"]["image"], "registry.example/task:1.0.0");
    if let Some(topic) = &task.source_topic {
        assert!(has(&again, topic), "{topic:?} is not in the manifest");
    }
}

/// Whether some text of the document is exactly this, or this and a queue group.
fn has(document: &serde_json::Value, text: &str) -> bool {
    match document {
        serde_json::Value::String(found) => found.split_once('|').map_or(found.as_str(), |(topic, _)| topic) == text,
        serde_json::Value::Array(array) => array.iter().any(|part| has(part, text)),
        serde_json::Value::Object(object) => object.values().any(|part| has(part, text)),
        _ => false,
    }
}
