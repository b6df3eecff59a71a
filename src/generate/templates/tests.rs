//! Templates of one's own, right and wrong.

mod described;
mod refused;
mod shaped;

use super::*;
use crate::generate::{Owner, Placement, Providers, manifest, render};
use crate::source::ProjectFiles;
use crate::workflow::Task;
use std::fs;
use std::path::Path;

const SPEC: &str = "\
name: small
aliases: [tiny]
doc: Keeps what it gets. It has room for little.
signatures: [func exec_task(arg string) string]
world: small
shared: [part, abi]
subscribes: false
keys:
  - { name: bucket, kind: name, required: true, doc: Where to. }
  - { name: mode, kind: name, default: fast, doc: How. }
  - { name: note, kind: name, doc: Why. }
";

const WADM: &str = r#"apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: {{application}}
spec:
  components:
    - name: store
      type: component
      properties:
        image: {{image}}
        config:
          - {{config "task" bucket=bucket mode=mode note=note}}
      traits:
        - type: daemonscaler
          properties:
            instances: 1
            spread:
              - name: {{target}}
                requirements:
                  host-type: {{target}}
"#;

/// A whole template, to leave something out of.
fn small() -> ProjectFiles {
    let files = [
        ("small/template.yaml", SPEC),
        (
            "small/world.wit",
            "package pelato:task;\n\nworld small {\n  import pelato:part/keep;\n}\n",
        ),
        ("small/wadm.yaml", WADM),
        ("small/skeleton/go.mod", "module task\n"),
        ("small/skeleton/main.go.hbs", "var name = {{component_name}}\n"),
        ("shared/part/part.go", "package part\n"),
        (
            "shared/part/package.wit",
            "package pelato:part {\n  interface keep {}\n}\n",
        ),
        ("README.md", "Ours.\n"),
    ];
    ProjectFiles {
        path: "templates".into(),
        files: files
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .into(),
    }
}

/// The same with something else in one of its files.
fn edited(file: &str, from: &str, to: &str) -> ProjectFiles {
    let mut files = small();
    let text = String::from_utf8(files.files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    files.files.insert(file.to_owned(), text.replace(from, to).into_bytes());
    files
}

fn with(file: &str, text: &str) -> ProjectFiles {
    let mut files = small();
    files.files.insert(file.to_owned(), text.as_bytes().to_vec());
    files
}

fn error(files: &ProjectFiles) -> String {
    Templates::with(files).unwrap_err().to_string()
}

/// The same, of texts; one of the findings is of this rule.
fn said(rule: &str, files: &ProjectFiles) -> String {
    crate::document::tests::said(rule, Templates::with(files).unwrap_err().diagnostics())
}

#[test]
fn what_comes_with_pelato_is_found_by_name_and_by_alias() {
    let templates = Templates::builtin().unwrap();
    let names: Vec<&str> = templates.specs().iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(
        names,
        ["http_producer_nats", "nats_to_nats_kv", "nats_to_sql", "processor_nats"]
    );
    for (alias, name) in [("nats_to_nats-kv", "nats_to_nats_kv"), ("dbsync_nats", "nats_to_sql")] {
        assert_eq!(templates.get(alias).unwrap().spec().name, name);
    }
    let alias = templates.get("producer_nats").unwrap();
    assert_eq!(alias.spec().name, "http_producer_nats");
    assert!(templates.get("shared").is_none());
    assert_eq!(
        templates.named("procesor_nats").unwrap_err(),
        "there is no template `procesor_nats`; did you mean `processor_nats`?"
    );
}

/// The embedding macro does not notice a file that is new.
#[test]
fn every_file_of_the_folder_is_in_the_binary() {
    fn walk(dir: &Path, root: &Path, files: &mut Files) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut on_disk = Files::new();
    walk(&root, &root, &mut on_disk);
    let mut embedded = Files::new();
    collect(&BUILTIN, &mut embedded);
    assert_eq!(embedded, on_disk, "touch src/generate/templates.rs");
}

/// What strangers are held to, Pelato's own hold to: they are in the binary, so they
/// are looked at here and not at each start.
#[test]
fn pelatos_own_pass_what_others_have_to() {
    let mut files = Files::new();
    collect(&BUILTIN, &mut files);
    let templates = Templates::builtin().unwrap();
    for (name, folder) in folders(&files).into_iter().filter(|(name, _)| name != SHARED) {
        let template = Template::examined(&name, "templates", folder, &templates.shared);
        let template = template.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(template.digest(), templates.get(&name).unwrap().digest());
        let example = template.example();
        assert!(example.code.contains("func exec_task("), "{name} has an example");
        assert!(example.cases.is_some(), "{name} has cases");
        assert!(
            !template.summary().ends_with('.') && template.summary().len() <= 80,
            "{name}"
        );
    }
    for (part, files) in &templates.shared {
        assert_eq!(unusable_part(part, files), None);
    }
}

#[test]
fn one_of_ones_own_stands_beside_them() {
    let templates = Templates::with(&small()).unwrap();
    let small = templates.get("tiny").unwrap();
    assert_eq!(small.place(), Some("templates/small"));
    assert_eq!(small.summary(), "Keeps what it gets");
    assert!(
        small
            .example()
            .code
            .starts_with("package main\n\nfunc exec_task(arg string) string {")
    );
    assert_eq!(templates.get("processor_nats").unwrap().place(), None);
    let project = small.project(&serde_json::json!({ "component_name": "keep" })).unwrap();
    let paths: Vec<&str> = project.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "go.mod",
            "internal/abi/abi.go",
            "internal/abi/empty.s",
            "internal/part/part.go",
            "main.go"
        ]
    );
    assert!(small.wit().ends_with("package pelato:part {\n  interface keep {}\n}\n"));
}

#[test]
fn a_part_that_no_template_names_is_none_of_its_digest() {
    let digest = |files: &ProjectFiles| Templates::with(files).unwrap().get("tiny").unwrap().digest().to_owned();
    let before = digest(&small());
    assert_eq!(digest(&with("shared/other/other.go", "package other\n")), before);
    assert_eq!(digest(&with("small/example/task.go", "package main\n")), before);
    assert_ne!(digest(&with("shared/part/part.go", "package part // new\n")), before);
    assert_ne!(digest(&with("small/skeleton/go.mod", "module task // new\n")), before);
}

/// A folder is all that it takes: keys of its own reach the manifest, defaults
/// included.
#[test]
fn a_template_more_needs_no_rust() {
    let templates = Templates::with(&small()).unwrap();
    let task = Task {
        name: "Keep".into(),
        component_name: "keep".into(),
        template: "tiny".into(),
        code: "keep.go".into(),
        targets: vec!["edge".into()],
        source_topic: None,
        dest_topic: None,
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: [("bucket".to_owned(), "readings".to_owned())].into(),
    };
    let project = ProjectFiles {
        path: ".".into(),
        files: [("tasks/keep.go".to_owned(), Vec::new())].into(),
    };
    let sources = render(&task, &project, &templates).unwrap();
    assert_eq!(sources.files["main.go"], b"var name = \"keep\"\n");

    let owner = Owner {
        repository: String::new(),
        project: String::new(),
        environment: String::new(),
        commit: None,
    };
    let placement = Placement {
        target: "edge",
        image: "here",
        environment: "default",
        providers: &Providers::external(),
        nats: "",
        sql: None,
        agent: false,
        owner: &owner,
    };
    let manifest = manifest(&task, &placement, "", "", &templates).unwrap();
    assert_eq!(manifest.component_id, "keep_edge-store");
    let config = &manifest.document["spec"]["components"][0]["properties"]["config"][0];
    assert_eq!(
        config["properties"],
        serde_json::json!({"bucket": "readings", "mode": "fast"})
    );
}
