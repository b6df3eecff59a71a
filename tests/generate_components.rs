//! Rendered projects through the machine's Go, up to components that hosts load.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is unexpected in a test fails it"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use pelato::generate::{Sources, Templates, render};
use pelato::source::ProjectFiles;
use pelato::workflow::Task;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, decode, embed_component_metadata};
use wit_parser::Resolve;

const TEMPLATES: [&str; 4] = ["processor_nats", "http_producer_nats", "nats_to_nats_kv", "nats_to_sql"];

fn sources(template: &str, code: &str) -> Sources {
    let task = Task {
        name: "Convert".into(),
        component_name: "convert".into(),
        template: template.into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some("in".into()),
        dest_topic: Some("out".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    };
    let project = ProjectFiles {
        path: ".".into(),
        files: [("tasks/convert.go".to_owned(), code.into())].into(),
    };
    render(&task, &project, &Templates::builtin().unwrap()).unwrap()
}

fn write(folder: &Path, sources: &Sources) {
    for (path, content) in &sources.files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn go(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new("go")
        .args(arguments)
        .current_dir(folder)
        .envs([("GOTOOLCHAIN", "local"), ("GOWORK", "off"), ("GOFLAGS", "")])
        .envs(variables.iter().copied())
        .output()
        .expect("Go is on the PATH")
}

/// The core module, or what Go prints.
fn compile(sources: &Sources) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), sources);
    let build = [
        "build",
        "-trimpath",
        "-buildmode=c-shared",
        "-ldflags=-s -w -checklinkname=0",
        "-o=core.wasm",
        ".",
    ];
    let output = go(folder.path(), &[("GOOS", "wasip1"), ("GOARCH", "wasm")], &build);
    if output.status.success() {
        Ok(fs::read(folder.path().join("core.wasm")).unwrap())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

fn component(sources: &Sources) -> Vec<u8> {
    let mut module = compile(sources).unwrap();
    let mut resolve = Resolve::default();
    let package = resolve.push_source("world.wit", &sources.wit).unwrap();
    let world = resolve.select_world(&[package], Some(&sources.world)).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .adapter(ADAPTER_NAME, ADAPTER)
        .unwrap()
        .encode()
        .unwrap()
}

/// The interfaces that a component asks for and offers, by their full names.
fn interfaces(component: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
    let DecodedWasm::Component(resolve, world) = decode(component).unwrap() else {
        panic!("it is no component");
    };
    let world = &resolve.worlds[world];
    let names = |items: Vec<&wit_parser::WorldKey>| items.into_iter().map(|key| resolve.name_world_key(key)).collect();
    (
        names(world.imports.keys().collect()),
        names(world.exports.keys().collect()),
    )
}

/// A function of the template's form that takes `arg` and gives `result`.
fn function(template: &str, result: &str) -> String {
    match template {
        "nats_to_nats_kv" => format!("func exec_task(key, arg string) (string, string) {{ return key, {result} }}"),
        _ => format!("func exec_task(arg string) string {{ return {result} }}"),
    }
}

#[test]
fn both_forms_of_the_function_become_a_component() {
    for template in TEMPLATES {
        let (parameters, more) = match template {
            "nats_to_nats_kv" => ("key, arg string", "string, "),
            _ => ("arg string", ""),
        };
        let empty = more.replace("string", "key");
        component(&sources(
            template,
            &format!("package main\n\n{}\n", function(template, "arg")),
        ));
        component(&sources(
            template,
            &format!(
                "package main\n\nimport \"errors\"\n\nfunc exec_task({parameters}) ({more}string, error) {{ return {empty}\"\", errors.New(arg) }}\n"
            ),
        ));
    }
}

#[test]
fn what_authors_commonly_import_fits_in() {
    let code = r#"package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

type reading struct {
	At      time.Time `json:"at"`
	Celsius float64   `json:"celsius"`
}

var number = regexp.MustCompile(`\d+`)

func convert(arg string) string {
	var r reading
	if err := json.Unmarshal([]byte(arg), &r); err != nil {
		return number.FindString(arg)
	}
	return fmt.Sprintf("%.2f at %s", r.Celsius+273.15, r.At.Format(time.RFC3339))
}
"#;
    for template in TEMPLATES {
        let function = function(template, "convert(arg)");
        component(&sources(template, &format!("{code}\n{function}\n")));
    }
}

/// A host links by name and version: what is not in this list a wasmCloud 1.9
/// host does not serve.
#[test]
fn a_component_asks_only_for_what_hosts_serve() {
    for template in TEMPLATES {
        let code = format!("package main\n\n{}\n", function(template, "arg"));
        let (imports, exports) = interfaces(&component(&sources(template, &code)));
        for import in &imports {
            let served = match import.as_str() {
                "wasi:config/runtime@0.2.0-draft" | "wasi:logging/logging@0.1.0-draft" => true,
                "wasmcloud:messaging/types@0.2.0" | "wasmcloud:messaging/consumer@0.2.0" => true,
                "wasi:keyvalue/store@0.2.0-draft" => template == "nats_to_nats_kv",
                "wasmcloud:postgres/types@0.1.1-draft" | "wasmcloud:postgres/query@0.1.1-draft" => {
                    template == "nats_to_sql"
                }
                wasi => wasi.starts_with("wasi:") && wasi.ends_with("@0.2.0"),
            };
            assert!(served, "{template} imports {import}");
        }
        assert!(exports.contains("wasmcloud:messaging/handler@0.2.0"));
        let http = exports.contains("wasi:http/incoming-handler@0.2.0");
        assert_eq!(http, template == "http_producer_nats");
    }
}

#[test]
fn the_same_sources_give_the_same_module() {
    let sources = sources(
        "processor_nats",
        "package main\n\nfunc exec_task(arg string) string { return arg }\n",
    );
    assert!(compile(&sources) == compile(&sources), "the two builds differ");
}

/// What the author reads names the author's file, line and column.
#[test]
fn a_mistake_is_where_the_author_made_it() {
    let mistake = |code: &str| compile(&sources("processor_nats", code)).unwrap_err();
    insta::assert_snapshot!(mistake("package main\n\nimport \"os\"\n\nfunc exec_task(arg string) string {\n\treturn 1\n}\n"), @r#"
    # task
    tasks/convert.go:3:8: "os" imported and not used
    tasks/convert.go:6:9: cannot use 1 (untyped int constant) as string value in return statement
    "#);
    insta::assert_snapshot!(mistake("\u{feff}package main\r\n\r\nfunc exec_task(arg string) string {\r\n\treturn 1\r\n}\r\n"), @"
    # task
    tasks/convert.go:4:9: cannot use 1 (untyped int constant) as string value in return statement
    ");
    insta::assert_snapshot!(mistake("package main\n\nfunc exec_task(arg string) string {\n"), @"
    # task
    tasks/convert.go:4:1: syntax error: unexpected EOF, expected }
    ");
    insta::assert_snapshot!(mistake("package main\n\nfunc main() {}\nfunc exec_task(arg string) string { return arg }\n"), @"
    # task
    tasks/convert.go:3:6: main redeclared in this block
    	./main.go:16:6: other declaration of main
    ");
}

#[test]
fn a_function_of_another_kind_is_named_with_the_two_that_are_taken() {
    let mistake = |code: &str| compile(&sources("processor_nats", code)).unwrap_err();
    insta::assert_snapshot!(mistake("package main\n\nfunc exec_task(arg int) string { return \"\" }\n"), @"
    # task
    ./main.go:12:67: func(arg int) string does not satisfy task.Function (func(arg int) string missing in func(string) string | func(string) (string, error))
    ");
    insta::assert_snapshot!(mistake("package main\n\nfunc ExecTask(arg string) string { return arg }\n"), @"
    # task
    ./main.go:12:68: undefined: exec_task
    ");
}

/// The compiler's own words, which `build::advice` makes into a sentence.
#[test]
fn a_template_with_another_form_names_its_own() {
    let mistake = |code: &str| compile(&sources("nats_to_nats_kv", code)).unwrap_err();
    insta::assert_snapshot!(mistake("package main\n\nfunc exec_task(arg string) string { return arg }\n"), @"
    # task
    ./main.go:11:68: func(arg string) string does not satisfy entry.Function (func(arg string) string missing in func(string, string) (string, string) | func(string, string) (string, string, error))
    ");
    insta::assert_snapshot!(mistake("package main\n\nfunc exec_task[T any](key, data T) (T, T) { return key, data }\n"), @"
    # task
    ./main.go:11:68: in call to pelatoentry.From, cannot infer F (declared at task/internal/entry/function.go:13:11)
    ");
}

/// Our own Go, of which nothing needs a host, against Go's.
#[test]
fn go_tests_of_what_needs_no_host() {
    let tests = [
        (
            "http_producer_nats",
            "internal/json",
            include_str!("generate/json_test.go"),
        ),
        (
            "nats_to_nats_kv",
            "internal/entry",
            include_str!("generate/entry_test.go"),
        ),
        ("nats_to_sql", "internal/row", include_str!("generate/row_test.go")),
    ];
    for (template, package, test) in tests {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &sources(template, "package main\n"));
        fs::write(folder.path().join(package).join("our_test.go"), test).unwrap();
        let output = go(folder.path(), &[], &["test", &format!("./{package}")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
