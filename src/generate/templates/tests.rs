use std::fs;
use std::path::Path;

use super::*;

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
    assert_eq!(names, ["http_producer_nats", "processor_nats"]);
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
