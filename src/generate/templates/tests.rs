//! Templates of one's own, right and wrong.

use std::fs;
use std::path::Path;

use super::*;
use crate::generate::{Owner, Placement, Providers, manifest, render};
use crate::source::ProjectFiles;
use crate::workflow::Task;

/// A whole template, to leave something out of.
fn small() -> Files {
    [
        ("small/template.yaml", "name: small\naliases: [tiny]\ndoc: d\nsignatures: [s]\nworld: w\nshared: [part]\nsubscribes: false\nkeys: []\n"),
        ("small/world.wit", "package a:b;\nworld w {}\n"),
        ("small/wadm.yaml", "metadata: {name: {{application}} }\n"),
        ("small/skeleton/go.mod", "module task\n"),
        ("small/skeleton/main.go.hbs", "var name = {{component_name}}\n"),
        ("shared/part/part.go", "package part\n"),
    ]
    .into_iter()
    .map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()))
    .collect()
}

fn error(files: &Files) -> String {
    Templates::read(files).unwrap_err().to_string()
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

#[test]
fn a_part_that_no_template_names_is_none_of_its_digest() {
    let digest = |files: &Files| Templates::read(files).unwrap().get("tiny").unwrap().digest().to_owned();
    let before = digest(&small());
    let mut files = small();
    files.insert("shared/other/other.go".into(), Vec::new());
    assert_eq!(digest(&files), before);
    files.insert("shared/part/part.go".into(), b"package part // new\n".to_vec());
    assert_ne!(digest(&files), before);
}

#[test]
fn a_missing_file_is_named() {
    let mut files = small();
    files.remove("small/world.wit");
    insta::assert_snapshot!(error(&files), @"template small: world.wit is missing");
    files = small();
    files.remove("shared/part/part.go");
    insta::assert_snapshot!(error(&files), @"template small: `shared` names part, and there is no shared/part");
}

#[test]
fn a_wrong_description_says_where() {
    let mut files = small();
    files.insert("small/template.yaml".into(), b"name: small\nkind: x\n".to_vec());
    insta::assert_snapshot!(error(&files), @"template small: template.yaml: unknown field `kind`, expected one of `name`, `aliases`, `doc`, `signatures`, `world`, `subscribes`, `keys`");
    let renamed = small()
        .into_iter()
        .map(|(path, content)| (path.replace("small/", "large/"), content))
        .collect();
    insta::assert_snapshot!(error(&renamed), @"template large: template.yaml: its name is small, the folder's is large: make them the same");
}

#[test]
fn two_of_one_name_are_refused() {
    let mut files = small();
    for (path, content) in small() {
        let content = String::from_utf8(content).unwrap().replace("name: small", "name: tiny");
        files.insert(path.replace("small/", "tiny/"), content.into_bytes());
    }
    insta::assert_snapshot!(error(&files), @"two templates are named tiny");
}

#[test]
fn a_template_that_could_write_a_value_raw_is_refused() {
    let mut files = small();
    files.insert("small/wadm.yaml".into(), b"name: {{{application}}}\n".to_vec());
    insta::assert_snapshot!(error(&files), @"template small: wadm.yaml: values are always quoted: write {{value}}, not {{{value}}} or {{& value}}");
    files = small();
    files.insert("small/skeleton/run.sh.hbs".into(), Vec::new());
    insta::assert_snapshot!(error(&files), @"template small: skeleton/run.sh.hbs: only Go files can be rendered, ….go.hbs");
    files = small();
    files.insert("small/skeleton/main.go.hbs".into(), b"{{#if}".to_vec());
    assert!(error(&files).starts_with("template small: skeleton/main.go.hbs: "));
}

/// A folder is all that it takes: keys of its own reach the manifest, defaults
/// included.
#[test]
fn a_template_more_needs_no_rust() {
    let mut files = small();
    let spec = String::from_utf8(files["small/template.yaml"].clone())
        .unwrap()
        .replace(
            "keys: []",
            "keys: [{name: bucket, kind: name, doc: d}, {name: mode, kind: name, default: fast, doc: d}]",
        );
    files.insert("small/template.yaml".into(), spec.into_bytes());
    let wadm = r#"
metadata: { name: {{application}} }
spec: { components: [{ name: store, type: component, properties: { config: [{{config "task" bucket=bucket mode=mode}}] } }] }
"#;
    files.insert("small/wadm.yaml".into(), wadm.into());
    let templates = Templates::read(&files).unwrap();

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
        image: "",
        environment: "default",
        providers: &Providers::external(),
        nats: "",
        sql: None,
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

/// What the template's author got wrong is told with the file.
#[test]
fn a_manifest_that_is_none_names_its_template() {
    let mut files = small();
    files.insert(
        "small/wadm.yaml".into(),
        b"metadata: {name: {{application}} }\nspec: {components: []}\n".to_vec(),
    );
    let templates = Templates::read(&files).unwrap();
    let small = templates.get("small").unwrap();
    assert!(
        small.project(&serde_json::json!({})).is_err(),
        "component_name is nowhere"
    );
    let (file, reason) = small.manifest(&serde_json::json!({})).unwrap_err();
    assert_eq!(file, "wadm.yaml");
    assert!(reason.contains("application"), "{reason}");
}
