//! What is wrong with authors' code, word for word.

mod embedded;
mod function;
mod imports;
mod standard;

use crate::document::Diagnostics;
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
        generated: vec!["wit/world.wit".into()],
        keys: Vec::new(),
    }
}

/// A project with a task for each of `codes`.
fn check(codes: &[&str], files: &[(&str, &str)]) -> Result<Read, Vec<Diagnostics>> {
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
}

fn shown(all: &[Diagnostics]) -> String {
    let shown: Vec<String> = all.iter().map(|one| one.render(false)).collect();
    shown.join("\n\n")
}

/// What is said of a project that is refused; one of the findings is of this rule.
fn said(rule: &str, code: &str, files: &[(&str, &str)]) -> String {
    crate::document::tests::said(rule, &check(&[code], files).unwrap_err())
}

fn refused(code: &str, files: &[(&str, &str)]) -> String {
    shown(&check(&[code], files).unwrap_err())
}

/// What is said of a single file.
fn of(text: &str) -> String {
    refused("a.go", &[("a.go", text)])
}

/// What is noted of a project that is accepted.
fn noted(code: &str, files: &[(&str, &str)]) -> String {
    let read = check(&[code], files).unwrap_or_else(|wrong| panic!("{}", shown(&wrong)));
    shown(&read.notes)
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
    let many: Vec<String> = (0..12).map(|at| format!("task{at}.go")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), GOOD)).collect();
    insta::assert_snapshot!(said("missing-code", "other.go", &many), @"
    error: there is no file `tasks/other.go`
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: other.go, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^^^ this file is missing
      |
      = help: in `tasks/` there are: task0.go, task1.go, task10.go, task11.go, task2.go, task3.go, task4.go, task5.go
    ");
    insta::assert_snapshot!(said("missing-code", "other.go", &[("readme.md", "")]), @"
    error: there is no file `tasks/other.go`
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: other.go, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^^^ this file is missing
      |
      = help: put the file into `tasks/`; no Go file is there
    ");
    insta::assert_snapshot!(said("not-go", "data.csv", &[("data.csv", "1")]), @"
    error: `tasks/data.csv` is no Go file
     --> workflow.yaml:3:43
      |
    3 |   - {name: t, type: processor_nats, code: data.csv, targets: [edge], component_name: t0, version: 1.0.0}
      |                                           ^^^^^^^^ its name does not end in `.go`
      |
      = help: name the file with the function, or a folder of such files
    ");
    insta::assert_snapshot!(said("no-go", "lib", &[("lib/a_test.go", GOOD), ("lib/units/u.go", "package units\n")]), @"
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
fn a_file_that_does_not_fit_the_generated_code() {
    insta::assert_snapshot!(said("go-main", "a.go", &[("a.go", &format!("{GOOD}\nfunc main() {{}}\n"))]), @"
    error: the generated code has a `func main` already
     --> tasks/a.go:5:6
      |
    5 | func main() {}
      |      ^^^^ a second one
      |
      = help: take it out: the host calls `exec_task`
    ");
    insta::assert_snapshot!(said("go-name", "a.go", &[("a.go", &format!("{GOOD}\nvar pelatorelay = 1\n"))]), @"
    error: `pelatorelay` is a name of the generated code
     --> tasks/a.go:5:5
      |
    5 | var pelatorelay = 1
      |     ^^^^^^^^^^^ declared here
      |
      = help: names that begin with `pelato` are taken; give it another one
    ");
    insta::assert_snapshot!(said("go-package", "a.go", &[("a.go", "package convert\n\nfunc exec_task(arg string) string { return arg }\n")]), @"
    error: the file says `package convert`
     --> tasks/a.go:1:9
      |
    1 | package convert
      |         ^^^^^^^ it has to be `main`
      |
      = help: a task is a program; what several of them share stands in a folder of its own
    ");
    insta::assert_snapshot!(said("go-build", "a.go", &[("a.go", &format!("//go:build linux\n\n{GOOD}"))]), @"
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
    let wrong = shown(&check(&["a.go", "a.go"], &[("a.go", "package main\n")]).unwrap_err());
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
