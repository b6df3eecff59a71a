//! The JSON Schema, held against workflows that are right and wrong.

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use pelato::generate::Templates;
use pelato::source::read_templates;
use pelato::workflow;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::{GOOD, TEMPLATES, found};

struct Schema {
    all: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of(document: Value) -> Self {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V7);
        compiler.add_resource("test.json", document).unwrap();
        let mut all = Schemas::new();
        let index = compiler.compile("test.json", &mut all).unwrap();
        Self { all, index }
    }

    fn of_workflows() -> Self {
        Self::of(workflow::schema(&TEMPLATES.specs()))
    }

    fn wrong(&self, document: &Value) -> Option<String> {
        self.all
            .validate(document, self.index)
            .err()
            .map(|error| format!("{error:#}"))
    }
}

fn parsed(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// The workflows in a folder and below it.
fn workflows(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => workflows(&path),
        false => path.ends_with("workflow.yaml").then_some(path).into_iter().collect(),
    });
    found.collect()
}

/// Editors show these: what else they show is the documentation's, which
/// `docs/reference/workflow.md` has.
#[test]
fn it_says_what_it_is_and_which_names_are_older() {
    let schema = workflow::schema(&TEMPLATES.specs());
    assert_eq!(schema["title"], "workflow.yaml of Pelato");
    let types = &schema["definitions"]["task"]["properties"]["type"]["anyOf"];
    let older = types
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["doNotSuggest"] == true);
    let older: Vec<String> = older
        .map(|one| format!("{}: {}", one["const"], one["description"]))
        .collect();
    insta::assert_snapshot!(older.join("\n"), @r#"
    "producer_nats": "An older name of `http_producer_nats`."
    "nats_to_nats-kv": "An older name of `nats_to_nats_kv`."
    "dbsync_nats": "An older name of `nats_to_sql`."
    "#);
}

#[test]
fn every_example_is_right() {
    let schema = Schema::of_workflows();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for example in fs::read_dir(examples).unwrap() {
        let example = example.unwrap().path();
        if !example.is_dir() {
            continue;
        }
        let own = example.join("templates");
        let own = own.is_dir().then(|| {
            let templates = Templates::with(&read_templates(&own).unwrap()).unwrap();
            Schema::of(workflow::schema(&templates.specs()))
        });
        let schema = own.as_ref().unwrap_or(&schema);
        for file in workflows(&example) {
            let text = fs::read_to_string(&file).unwrap();
            assert_eq!(schema.wrong(&parsed(&text)), None, "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 0);
    assert_eq!(schema.wrong(&parsed(GOOD)), None);
}

#[test]
fn what_an_author_gets_wrong_is_marked_in_the_editor() {
    let schema = Schema::of_workflows();
    for (from, to) in [
        ("project_name: Thermo", "project: Thermo"),
        ("project_name: Thermo", "project_name: ''"),
        ("project_name: Thermo", "project_name: [Thermo]"),
        ("source_topic: room.kelvin", "sorce_topic: room.kelvin"),
        ("source_topic: room.kelvin", "source_topic: room kelvin"),
        ("source_topic: room.kelvin", "source_topic: room.>.x"),
        ("source_topic: room.kelvin", "source_topic: $SYS.x"),
        ("source_topic: room.kelvin", "source_topic: [room.kelvin]"),
        ("dest_topic: room.warm", "dest_topic: room.*"),
        ("dest_topic: room.warm", "address: 0.0.0.0:8000"),
        ("dest_topic: room.warm", ""),
        ("dest_topic: room.kelvin", "{}"),
        ("type: processor_nats", "type: procesor_nats"),
        ("code: b.go", "code: /b.go"),
        ("targets: [edge]", "targets: edge"),
        ("targets: [edge]", "targets: []"),
        ("targets: [edge]", "targets: [edge, edge]"),
        ("targets: [edge]", "targets: [my edge]"),
        ("targets: [edge]", "target: []"),
        ("targets: [edge]", "target: [edge, edge]"),
        ("targets: [edge]", "target: [[edge]]"),
        ("targets: [edge]", "targets: [edge]\n    target: edge"),
        ("    targets: [edge]\n", ""),
        ("component_name: filter", "component_name: a b"),
        ("component_name: filter", "component_name: a___b"),
        ("component_name: filter", "component_name: a-"),
        ("    version: 1.0.0\n  - name", "    version: 1.0\n  - name"),
        ("    version: 1.0.0\n  - name", "    version: v1.0.0\n  - name"),
        (
            "    dest_topic: room.kelvin",
            "    dest_topic: room.kelvin\n    address: 8000",
        ),
        (
            "    dest_topic: room.kelvin",
            "    dest_topic: room.kelvin\n    address: localhost:80",
        ),
    ] {
        let text = match to {
            "{}" => GOOD.replace("  - name: Filter", "  - {}\n  - name: Filter"),
            to => GOOD.replacen(from, to, 1),
        };
        assert_ne!(text, GOOD, "{from}");
        assert!(schema.wrong(&parsed(&text)).is_some(), "{to}");
        assert!(found(text.as_bytes()).has_errors(), "{to}");
    }
}

#[test]
fn older_names_and_all_spellings_of_addresses_are_right() {
    let schema = Schema::of_workflows();
    for (from, to) in [
        ("http_producer_nats", "producer_nats"),
        ("targets: [edge]", "target: edge"),
        ("targets: [edge]", "target: [edge, cloud]"),
        ("component_name: filter", "component_name: 2024"),
        ("source_topic: room.kelvin", "source_topic: room.*.>"),
        ("source_topic: room.kelvin", "source_topic: '>'"),
        (
            "    dest_topic: room.kelvin",
            "    dest_topic: room.kelvin\n    address: { edge: 0.0.0.0:1, cloud: '[::1]:2' }",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_eq!(schema.wrong(&parsed(&text)), None, "{to}");
        let found = found(text.as_bytes());
        assert!(!found.has_errors(), "{}", found.render(false));
    }
}

/// Values of all kinds, most of them almost right somewhere.
fn value() -> impl Strategy<Value = Value> {
    let texts = select(vec![
        "",
        " ",
        "edge",
        "a.go",
        "../a.go",
        "sub/b.go",
        "a_b",
        "a__b",
        "a___b",
        "-x",
        "x-",
        "1.0.0",
        "1.0",
        "01.2.3",
        "v1.0.0",
        "room.kelvin",
        "room.*",
        ">",
        "a.>",
        "a b",
        "$x",
        "_INBOX.x",
        "_INBOXES",
        "0.0.0.0:8000",
        "[::1]:1",
        "1.2.3.4",
        "0.0.0.0:0",
        "t.a",
        "città",
        "a\u{feff}b",
        "\u{feff}",
        "\u{85}",
        "è",
        "processor_nats",
        "dbsync_nats",
        "2024",
        "true",
    ]);
    prop_oneof![
        6 => texts.prop_map(|text| json!(text)),
        2 => "\\PC{0,8}".prop_map(|text| json!(text)),
        1 => "[a-z*>._$| -]{0,12}".prop_map(|text| json!(text)),
        1 => (0u32..3000).prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|truth| json!(truth)),
        1 => Just(json!(["edge"])),
        1 => Just(json!(["edge", "cloud"])),
        1 => Just(json!({ "edge": "0.0.0.0:8000" })),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({})),
    ]
}

const KEYS: [&str; 14] = [
    "name",
    "type",
    "code",
    "targets",
    "target",
    "component_name",
    "version",
    "source_topic",
    "dest_topic",
    "address",
    "bucket",
    "table",
    "key_column",
    "shedule",
];

thread_local! {
    static SCHEMA: Schema = Schema::of_workflows();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// The promise: no red line in an editor where `check` finds nothing.
    #[test]
    fn what_the_schema_refuses_check_refuses_too(
        template in select(vec!["processor_nats", "http_producer_nats", "producer_nats", "nats_to_nats_kv", "nats_to_sql"]),
        put in subsequence(KEYS.to_vec(), 0..4),
        values in proptest::collection::vec(value(), 4),
        left_out in prop_oneof![3 => Just(None), 1 => select(KEYS.to_vec()).prop_map(Some)],
    ) {
        let code = if template == "nats_to_nats_kv" { "kv.go" } else { "a.go" };
        let mut task = json!({
            "name": "A task", "type": template, "code": code, "targets": ["edge"], "component_name": "task", "version": "1.0.0",
        });
        let needed: &[(&str, &str)] = match template {
            "processor_nats" => &[("source_topic", "in"), ("dest_topic", "out")],
            "nats_to_nats_kv" => &[("source_topic", "in"), ("bucket", "readings")],
            "nats_to_sql" => &[("source_topic", "in"), ("table", "readings")],
            _ => &[("dest_topic", "out")],
        };
        for (key, value) in needed {
            task[*key] = json!(value);
        }
        for (key, value) in put.iter().zip(values) {
            task[*key] = value;
        }
        if let (Some(key), Some(map)) = (left_out, task.as_object_mut()) {
            map.remove(key);
        }
        let document = json!({ "project_name": "Thermo", "tasks": [task] });
        let refused = SCHEMA.with(|schema| schema.wrong(&document));
        let found = found(serde_yaml::to_string(&document).unwrap().as_bytes());
        if let Some(reason) = refused {
            prop_assert!(found.has_errors(), "{document:#}\n{reason}");
        }
    }
}

/// SARIF's own schema, for `tests/cli`.
#[test]
fn sarif_has_a_schema_to_be_held_against() {
    let schema = Schema::of(serde_json::from_str(include_str!("../data/sarif/sarif-2.1.0.json")).unwrap());
    assert!(schema.wrong(&json!({ "version": "2.1.0" })).is_some());
    assert_eq!(schema.wrong(&json!({ "version": "2.1.0", "runs": [] })), None);
}
