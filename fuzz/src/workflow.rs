//! Any bytes as a `workflow.yaml`: they are read or refused, in time, and what is
//! refused can be shown.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the rooms have more than is used here")]

#[path = "../../src/document/mod.rs"]
pub mod document;
#[path = "../../src/golang/mod.rs"]
pub mod golang;
#[path = "../../src/workflow/mod.rs"]
pub mod workflow;

pub mod source;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use self::source::ProjectFiles;
use self::workflow::{KeyKind, KeySpec, TemplateSpec};

/// A template with every kind of key.
static TEMPLATE: LazyLock<TemplateSpec> = LazyLock::new(|| {
    let key = |name: &str, kind: &str, required: bool, default: Option<&str>| {
        serde_json::json!({ "name": name, "kind": kind, "required": required, "default": default, "doc": "" })
    };
    let spec = serde_json::json!({
        "name": "processor_nats",
        "aliases": ["producer_nats"],
        "doc": "",
        "signatures": ["func exec_task(arg string) string"],
        "world": "x",
        "subscribes": true,
        "keys": [
            key("source_topic", "subject", false, None),
            key("dest_topic", "subject", true, None),
            key("address", "address", false, Some("0.0.0.0:8000")),
            key("bucket", "name", false, None),
            key("table", "table", false, None),
            key("key_column", "column", false, None),
        ],
    });
    serde_json::from_value(spec).expect("the template is right")
});

fuzz_target!(|bytes: &[u8]| {
    let mut project = ProjectFiles {
        path: ".".into(),
        ..ProjectFiles::default()
    };
    project.files.insert("workflow.yaml".into(), bytes.to_vec());
    project
        .files
        .insert("tasks/a.go".into(), b"package main\n\nfunc exec_task(arg string) string { return arg }\n".to_vec());
    let all = match workflow::read("workflow.yaml", &project, &[&TEMPLATE]) {
        Ok(read) => {
            assert!(!read.workflow.tasks.is_empty());
            assert!(!read.notes.iter().any(document::Diagnostics::has_errors));
            read.notes
        }
        Err(wrong) => {
            assert!(wrong.iter().any(document::Diagnostics::has_errors));
            wrong
        }
    };
    for found in &all {
        let places = found.places();
        for item in &found.items {
            let place = places.place(&item.span);
            assert!(place.line > 0 && place.column > 0 && place.end_line >= place.line);
            assert!(item.help.is_some(), "`{}` says no fix", item.rule);
            let known = document::RULES.iter().any(|rule| rule.name == item.rule);
            assert!(known, "{}", item.rule);
        }
        found.render(true);
    }
});
