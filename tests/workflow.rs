//! `workflow.yaml` from outside: what is said of wrong ones, what comes of right ones,
//! and its schema.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

#[path = "workflow/code.rs"]
mod code;
#[path = "workflow/diagnostics.rs"]
mod diagnostics;
#[path = "workflow/documents.rs"]
mod documents;
#[path = "workflow/keys.rs"]
mod keys;
#[path = "workflow/manifests.rs"]
mod manifests;
#[path = "workflow/schema.rs"]
mod schema;
#[path = "support/table.rs"]
mod table;

use std::sync::LazyLock;

use pelato::document::{Diagnostics, Findings};
use pelato::generate::Templates;
use pelato::source::ProjectFiles;
use pelato::workflow::{self, Read};

static TEMPLATES: LazyLock<Templates> = LazyLock::new(|| Templates::builtin().unwrap());

/// Two tasks that are right, with the code `a.go` and `b.go`.
const GOOD: &str = "\
project_name: Thermo
tasks:
  - name: Convert
    type: http_producer_nats
    code: a.go
    targets: [edge, cloud]
    dest_topic: room.kelvin
    component_name: convert
    version: 1.0.0
  - name: Filter
    type: processor_nats
    code: b.go
    targets: [edge]
    source_topic: room.kelvin
    dest_topic: room.warm
    component_name: filter
    version: 1.0.0
";

/// A project with this workflow and code for its tasks.
fn project(text: &[u8]) -> ProjectFiles {
    let mut project = ProjectFiles {
        path: ".".into(),
        ..ProjectFiles::default()
    };
    project.files.insert("workflow.yaml".into(), text.to_vec());
    for (file, code) in [
        (
            "a.go",
            "package main\n\nfunc exec_task(arg string) string { return arg }\n",
        ),
        (
            "b.go",
            "package main\n\nfunc exec_task(arg string) string { return arg }\n",
        ),
        (
            "kv.go",
            "package main\n\nfunc exec_task(key, data string) (string, string) { return key, data }\n",
        ),
    ] {
        project.files.insert(format!("tasks/{file}"), code.into());
    }
    project
}

fn read(text: &[u8]) -> Result<Read, Vec<Diagnostics>> {
    workflow::read("workflow.yaml", &project(text), &TEMPLATES.specs())
}

/// What is said of a workflow, right or wrong.
fn found(text: &[u8]) -> Diagnostics {
    let all = match read(text) {
        Ok(read) => read.notes,
        Err(wrong) => wrong,
    };
    let nothing = Findings::default().of("workflow.yaml", "");
    let of_workflow = all.into_iter().find(|one| one.file == "workflow.yaml");
    of_workflow.unwrap_or(nothing)
}

/// The same, as people read it. One of the findings is of this rule.
#[track_caller]
fn said(rule: &str, text: impl AsRef<[u8]>) -> String {
    let found = found(text.as_ref());
    assert!(
        found.items.iter().any(|item| item.rule == rule),
        "no `{rule}`:\n{}",
        found.render(false)
    );
    for item in &found.items {
        assert!(item.help.is_some(), "no fix:\n{}", found.render(false));
    }
    found.render(false)
}
