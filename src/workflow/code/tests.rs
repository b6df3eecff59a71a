//! What is wrong with authors' code, word for word.

mod imports;

use crate::source::ProjectFiles;
use crate::workflow::{Read, TemplateSpec, read};

const GOOD: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

fn template() -> TemplateSpec {
    TemplateSpec {
        name: "processor_nats".into(),
        aliases: Vec::new(),
        doc: "…".into(),
        signatures: vec![
            "func exec_task(arg string) string".into(),
            "func exec_task(arg string) (string, error)".into(),
        ],
        world: "w".into(),
        subscribes: true,
        modules: vec!["example.org/templates".into()],
        keys: Vec::new(),
    }
}

/// A project with a task for each of `codes`.
fn check(codes: &[&str], files: &[(&str, &str)]) -> Result<Read, String> {
    let mut workflow = "project_name: p\ntasks:\n".to_owned();
    for (index, code) in codes.iter().enumerate() {
        workflow.push_str(&format!(
            "  - {{name: t, type: processor_nats, code: {code}, targets: [edge], component_name: t{index}, version: 1.0.0}}\n"
        ));
    }
    let mut project = ProjectFiles {
        path: ".".into(),
        ..ProjectFiles::default()
    };
    project.files.insert("workflow.yaml".into(), workflow.into_bytes());
    for (path, text) in files {
        project.files.insert(format!("tasks/{path}"), text.as_bytes().to_vec());
    }
    read("workflow.yaml", &project, &[&template()])
        .map_err(|all| all.iter().map(|one| one.render(false)).collect::<Vec<_>>().join("\n\n"))
}

fn refused(code: &str, files: &[(&str, &str)]) -> String {
    check(&[code], files).unwrap_err()
}

/// What is said of a single file.
fn of(text: &str) -> String {
    refused("a.go", &[("a.go", text)])
}

/// What is noted of a project that is accepted.
fn noted(code: &str, files: &[(&str, &str)]) -> String {
    let read = check(&[code], files).unwrap_or_else(|wrong| panic!("{wrong}"));
    read.notes
        .iter()
        .map(|one| one.render(false))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[test]
fn code_that_is_not_there_or_no_go() {
    insta::assert_snapshot!(refused("convrt.go", &[("convert.go", GOOD)]), @"
    error: there is no file `tasks/convrt.go`
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: convrt.go, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^^^^ this file is missing
      |
      = help: did you mean `convert.go`?
    ");
    insta::assert_snapshot!(refused("convrt", &[("convert/a.go", GOOD)]), @"
    error: there is no file or folder `tasks/convrt`
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: convrt, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^ this file or folder is missing
      |
      = help: did you mean `convert`?
    ");
    insta::assert_snapshot!(refused("data.csv", &[("data.csv", "1")]), @"
    error: `tasks/data.csv` is no Go file
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: data.csv, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^^^ its name does not end in `.go`
      |
      = help: name the file with the function, or a folder of such files
    ");
    insta::assert_snapshot!(refused("lib", &[("lib/a_test.go", GOOD), ("lib/units/u.go", "package units\n")]), @"
    error: the folder `tasks/lib` holds no Go file for a task
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: lib, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^ only this folder is looked at, not those in it
      |
      = help: tests (`_test.go`), and files that are for other systems, are left out
    ");
}

#[test]
fn a_function_that_is_missing() {
    insta::assert_snapshot!(of("// Converts.\npackage main\n\nfunc convert(arg string) string { return arg }\n"), @"
    error: there is no function `exec_task` in tasks/a.go
     --> tasks/a.go:2:9
      |
    2 | package main
      |         ^^^^ the function is missing
      |
      = help: write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of("package main\n\nfunc execTask(arg string) string { return arg }\n"), @"
    error: there is no function `exec_task` in tasks/a.go
     --> tasks/a.go:3:6
      |
    3 | func execTask(arg string) string { return arg }
      |      ^^^^^^^^ did you mean this one?
      |
      = help: name it `exec_task`; write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of("package main\n\ntype T struct{}\n\nfunc (t *T) exec_task(arg string) string { return arg }\n"), @"
    error: `exec_task` is a method
     --> tasks/a.go:5:13
      |
    5 | func (t *T) exec_task(arg string) string { return arg }
      |             ^^^^^^^^^ a method, for the `(t *T)` before it
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of("// nothing yet\n"), @"
    error: the file is empty
     --> tasks/a.go:1:1
      |
    1 | // nothing yet
      | ^ nothing is declared here
      |
      = help: begin with `package main`, and write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of(""), @"
    error: the file is empty
     --> tasks/a.go:1:1
      |
    1 |  
      | ^ nothing is declared here
      |
      = help: begin with `package main`, and write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
}

#[test]
fn a_function_of_another_form() {
    insta::assert_snapshot!(of("package main\n\nfunc exec_task(\n\tnumber int,\n) (int, error) {\n\treturn number, nil\n}\n"), @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/a.go:3:6
      |
    3 | func exec_task(
      |      ^^^^^^^^^ this is `func exec_task(number int) (int, error)`
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of("package main\n\nfunc exec_task[T any](arg T) T { return arg }\n"), @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/a.go:3:6
      |
    3 | func exec_task[T any](arg T) T { return arg }
      |      ^^^^^^^^^ it has type parameters
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(of("package main\n\ntype Text string\n\nfunc exec_task(arg Text) Text { return arg }\n"), @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/a.go:5:6
      |
    5 | func exec_task(arg Text) Text { return arg }
      |      ^^^^^^^^^ this is `func exec_task(arg Text) Text`
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
}

#[test]
fn what_only_the_compiler_can_say_is_left_to_it() {
    for text in [
        "package main\n\ntype Text = string\n\nfunc exec_task(arg Text) Text { return arg }\n",
        "package main\n\nvar exec_task = func(arg string) string { return arg }\n",
        "package main\n\nfunc exec_task(arg string) string { return arg\n",
        "package main\n\nfunc exec_task(arg string string { return arg }\n",
        "package main\n\nimport \"strngs\"\n\nfunc exec_task(arg string) (out string, err error) { return strngs.X(arg), nil }\n",
        "package main\n\nimport \"example.org/templates/x\"\n\nfunc exec_task(_ string) string { return x.X }\n",
    ] {
        assert_eq!(noted("a.go", &[("a.go", text)]), "", "{text}");
    }
}

#[test]
fn a_file_that_does_not_fit_the_generated_code() {
    insta::assert_snapshot!(of(&format!("{GOOD}\nfunc main() {{}}\n\nvar pelatorelay = 1\n")), @"
    error: the generated code has a `func main` already
     --> tasks/a.go:5:6
      |
    5 | func main() {}
      |      ^^^^ a second one
      |
      = help: take it out: the host calls `exec_task`

    error: `pelatorelay` is a name of the generated code
     --> tasks/a.go:7:5
      |
    7 | var pelatorelay = 1
      |     ^^^^^^^^^^^ declared here
      |
      = help: names that begin with `pelato` are taken; give it another one
    ");
    insta::assert_snapshot!(of("package convert\n\nfunc exec_task(arg string) string { return arg }\n"), @"
    error: the file says `package convert`
     --> tasks/a.go:1:9
      |
    1 | package convert
      |         ^^^^^^^ it has to be `main`
      |
      = help: a task is a program; what several of them share stands in a folder of its own
    ");
    insta::assert_snapshot!(of(&format!("//go:build linux\n\n{GOOD}")), @"
    error: Go leaves this file out of a component
     --> tasks/a.go:1:1
      |
    1 | //go:build linux
      | ^^^^^^^^^^^^^^^^ this does not hold for `wasip1` on `wasm`
      |
      = help: take the line out
    ");
}

#[test]
fn several_files_are_looked_at_together() {
    assert_eq!(
        noted(
            "convert",
            &[
                (
                    "convert/main.go",
                    "package main\n\nfunc exec_task(arg Text) Text { return help(arg) }\n"
                ),
                (
                    "convert/help.go",
                    "package main\n\ntype Text = string\n\nfunc help(arg string) string { return arg }\n"
                ),
                ("convert/help_test.go", "package other\n"),
                ("convert/table_linux.go", "package other\n"),
                ("convert/old.go", "//go:build ignore\n\npackage other\n"),
            ]
        ),
        ""
    );
    insta::assert_snapshot!(refused("convert", &[
        ("convert/a.go", GOOD),
        ("convert/b.go", "package main\n\n// Again.\nfunc exec_task(arg string) string { return arg }\n"),
        ("convert/doc.go", "package convert\n"),
    ]), @"
    error: `exec_task` is declared twice
     --> tasks/convert/b.go:4:6
      |
    4 | func exec_task(arg string) string { return arg }
      |      ^^^^^^^^^ the second one
      |
      = help: the first one is at tasks/convert/a.go:3; take one of them out

    error: the file says `package convert`
     --> tasks/convert/doc.go:1:9
      |
    1 | package convert
      |         ^^^^^^^ it has to be `main`
      |
      = help: a task is a program; what several of them share stands in a folder of its own
    ");
    insta::assert_snapshot!(refused("convert", &[("convert/a.go", "package main\n"), ("convert/b.go", "package main\n")]), @"
    error: there is no function `exec_task` in tasks/convert
     --> tasks/convert/a.go:1:9
      |
    1 | package main
      |         ^^^^ the function is missing
      |
      = help: write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
}

#[test]
fn a_file_of_several_tasks_is_looked_at_once() {
    let wrong = check(&["a.go", "a.go"], &[("a.go", "package main\n")]).unwrap_err();
    assert_eq!(wrong.matches("error:").count(), 1, "{wrong}");
    let mut bytes = GOOD.as_bytes().to_vec();
    bytes.extend_from_slice(b"// \xff\n");
    let mut project = ProjectFiles::default();
    project.files.insert("workflow.yaml".into(), b"project_name: p\ntasks:\n  - {name: t, type: processor_nats, code: a.go, targets: [edge], component_name: t, version: 1.0.0}\n".to_vec());
    project.files.insert("tasks/a.go".into(), bytes);
    project.path = "thermo".into();
    let wrong = read("thermo/workflow.yaml", &project, &[&template()]).unwrap_err();
    insta::assert_snapshot!(wrong[0].render(false), @"
    error: this is not UTF-8 text
     --> thermo/tasks/a.go:4:3
      |
    4 | // 
      |   ^ behind this
      |
      = help: save the file as UTF-8
    ");
}

#[test]
fn the_names_of_the_generated_code_begin_as_is_said() {
    for text in [
        include_str!("../../../templates/processor_nats/skeleton/main.go.hbs"),
        include_str!("../../../templates/http_producer_nats/skeleton/main.go.hbs"),
        include_str!("../../../templates/nats_to_nats_kv/skeleton/main.go.hbs"),
        include_str!("../../../templates/nats_to_sql/skeleton/main.go.hbs"),
    ] {
        let text = text.replace("{{component_name}}", "\"name\"");
        let file = crate::golang::read(&text);
        assert_eq!(file.broken, None);
        assert!(
            file.imports
                .iter()
                .all(|import| import.name.is_some_and(|name| name.starts_with("pelato")))
        );
        assert!(
            file.functions
                .iter()
                .all(|function| ["init", "main"].contains(&function.name.text))
        );
        assert_eq!(file.names, []);
    }
}
