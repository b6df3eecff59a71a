//! A task of several files with packages of the project, built and called.

use crate::command::{ECHO, Project, Task};

const GO_MOD: &str = "module example.org/thermo\n\ngo 1.24\n";

const MAIN: &str = r#"package main

import (
	"encoding/json"

	"example.org/thermo/convert/internal/shape"
	"example.org/thermo/lib/units"
)

func exec_task(arg string) (string, error) {
	var reading shape.Reading
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return "", err
	}
	return show(units.Kelvin(reading.Celsius)), nil
}
"#;

const SHOW: &str = "package main\n\nimport \"strconv\"\n\nfunc show(kelvin float64) string { return strconv.FormatFloat(kelvin, 'f', 2, 64) }\n";
const SHAPE: &str = "package shape\n\ntype Reading struct{ Celsius float64 }\n";
const UNITS: &str = "package units\n\nimport \"example.org/thermo/lib/units/zero\"\n\nfunc Kelvin(celsius float64) float64 {\n\tif celsius < -zero.Kelvin {\n\t\tpanic(\"colder than cold\")\n\t}\n\treturn celsius + zero.Kelvin\n}\n";
const ZERO: &str = "package zero\n\nconst Kelvin = 273.15\n";

/// A project with the task `convert`, whose code is a folder.
fn project() -> Project {
    let project = Project::of("acme/thermo");
    let task = Task {
        code: "convert".into(),
        ..Task::processor("convert", &["edge"])
    };
    project.workflow(&[task]);
    for (path, text) in [
        ("go.mod", GO_MOD),
        ("convert/main.go", MAIN),
        ("convert/show.go", SHOW),
        ("convert/show_test.go", "package main\n\nimport \"testing\"\n"),
        ("convert/internal/shape/shape.go", SHAPE),
        ("lib/units/units.go", UNITS),
        ("lib/units/units_linux.go", "package units\n\nimport \"nowhere\"\n"),
        ("lib/units/zero/zero.go", ZERO),
        ("lib/unused/unused.go", "package unused\n\nthis is no Go\n"),
    ] {
        project.write(&format!("tasks/{path}"), text);
    }
    project
}

#[tokio::test]
async fn a_folder_and_the_packages_that_it_imports_become_one_component() {
    let project = project();
    let ended = project
        .pelato(&["invoke", "convert", "--data", r#"{"celsius": 20}"#])
        .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "293.15"),
        "{}",
        ended.said
    );
    let ended = project.pelato(&["gen"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let generated = project.path().join("gen/convert");
    for there in [
        "task.main.go",
        "task.show.go",
        "author/convert/internal_/shape/shape.go",
        "author/lib/units/units.go",
        "author/lib/units/zero/zero.go",
    ] {
        assert!(generated.join(there).is_file(), "{there}");
    }
    for absent in [
        "task.show_test.go",
        "author/lib/units/units_linux.go",
        "author/lib/unused",
    ] {
        assert!(!generated.join(absent).exists(), "{absent}");
    }
    let go_mod = std::fs::read_to_string(generated.join("go.mod")).unwrap();
    assert_eq!(go_mod, "module task\n\ngo 1.26\n");
}

#[tokio::test]
async fn files_are_embedded_in_tasks_and_packages() {
    let project = project();
    project.write(
        "tasks/convert/main.go",
        "package main\n\nimport (\n\t\"embed\"\n\n\t\"example.org/thermo/lib/units\"\n)\n\n//go:embed data table.csv\nvar files embed.FS\n\nfunc exec_task(arg string) (string, error) {\n\ttext, err := files.ReadFile(arg)\n\treturn string(text) + units.Names, err\n}\n",
    );
    project.write("tasks/convert/data/a.json", "{}");
    project.write("tasks/convert/table.csv", "a,b");
    project.write(
        "tasks/lib/units/names.go",
        "package units\n\nimport _ \"embed\"\n\n//go:embed names.txt\nvar Names string\n",
    );
    project.write("tasks/lib/units/names.txt", " kelvin");
    for (name, text) in [("data/a.json", "{} kelvin"), ("table.csv", "a,b kelvin")] {
        let ended = project.pelato(&["invoke", "convert", "--data", name]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), text), "{}", ended.said);
    }
    // What is embedded may not take the place of what is generated.
    project.write(
        "tasks/convert/main.go",
        "package main\n\nimport _ \"embed\"\n\n//go:embed wit\nvar files string\n\nfunc exec_task(arg string) string { return files }\n",
    );
    project.write("tasks/convert/wit/world.wit", "mine");
    let ended = project.pelato(&["invoke", "convert", "--data", ""]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    insta::assert_snapshot!(ended.said, @"
    error: `tasks/convert/wit/world.wit` cannot be embedded
     --> tasks/convert/main.go:5:1
      |
    5 | //go:embed wit
      | ^^^^^^^^^^^^^^ the generated project has a file of that name
      |
      = help: give it another name, or put it into a folder of another name
    ");
}

#[tokio::test]
async fn what_is_wrong_is_where_the_author_wrote_it() {
    let project = project();
    let said = async |path: &str, text: &str| {
        project.write(path, text);
        project
            .pelato(&["invoke", "convert", "--data", r#"{"celsius": -300}"#])
            .await
    };
    let ended = said("tasks/convert/main.go", MAIN).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"
       build  convert: [SIZE]
    task failed: panic: colder than cold
      at task/author/lib/units.Kelvin (tasks/lib/units/units.go:7)
      at exec_task (tasks/convert/main.go:15)
    ");
    let ended = said("tasks/convert/show.go", &SHOW.replace("kelvin, ", "celsius, ")).await;
    insta::assert_snapshot!(ended.said, @"
    build  convert: | tasks/convert/show.go:5:63: undefined: celsius
    build  convert: failed: tasks/convert/show.go:5:63: undefined: celsius
    ");
    project.write("tasks/convert/show.go", SHOW);
    let ended = said("tasks/lib/units/units.go", &UNITS.replace("\treturn", "\tretrun")).await;
    insta::assert_snapshot!(ended.said, @"
    build  convert: | tasks/lib/units/units.go:9:9: syntax error: unexpected name celsius at end of statement
    build  convert: failed: tasks/lib/units/units.go:9:9: syntax error: unexpected name celsius at end of statement
    ");
    let ended = said("tasks/lib/units/units.go", &UNITS.replace("celsius + ", "\"\" + ")).await;
    insta::assert_snapshot!(ended.said, @r#"
    build  convert: | tasks/lib/units/units.go:9:9: invalid operation: "" + zero.Kelvin (mismatched types untyped string and untyped float)
    build  convert: failed: tasks/lib/units/units.go:9:9: invalid operation: "" + zero.Kelvin (mismatched types untyped string and untyped float)
    "#);
    let ended = said("tasks/lib/units/units.go", &format!("{UNITS}\nimport \"strings\"\n")).await;
    insta::assert_snapshot!(ended.said, @"
    build  convert: | tasks/lib/units/units.go:12:1: syntax error: imports must appear before other declarations
    build  convert: failed: tasks/lib/units/units.go:12:1: syntax error: imports must appear before other declarations
    ");
    project.write("tasks/lib/units/units.go", UNITS);
    let ended = said(
        "tasks/lib/units/units.go",
        &UNITS.replace("package units", "package units;"),
    )
    .await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
}

/// The parts of the standard library that tasks usually take.
#[tokio::test]
async fn the_usual_parts_of_the_standard_library_run() {
    let project = Project::of("acme/thermo");
    let task = Task {
        code: "standard.go".into(),
        ..Task::processor("standard", &["edge"])
    };
    project.workflow(&[task]);
    project.write("tasks/standard.go", include_str!("standard.go"));
    let ended = project
        .pelato(&[
            "invoke",
            "standard",
            "--data",
            r#"{"at":"2026-11-22T08:00:00+01:00","celsius":21.456}"#,
        ])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    insta::assert_snapshot!(ended.stdout, @r#"
    time: Sun, 22 Nov 2026 08:30:00 UTC
    clock: true
    regexp: 20-10
    math: 4.632
    big: 1267650600228229401496703205376
    strings: Ab Ab 
    strconv: "è\n"
    utf8: 2
    sync: 56
    sleep: over
    crypto: 6215ce3b1e71db7d
    base64: aGVsbG8=
    csv: "a,b",c
    xml: <reading at="2026-11-22T08:00:00+01:00"><celsius>21.456</celsius></reading>
    maps: [a b]
    template: 21.5 °C
    errors: true
    "#);
}

#[tokio::test]
async fn cases_stand_beside_the_folder_of_their_task() {
    let project = project();
    project.write(
        "tasks/convert.test.yaml",
        "- input: '{\"celsius\": 0}'\n  expect: '273.15'\n",
    );
    let ended = project.pelato(&["test"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "1 task, 1 case: 1 passed, 0 failed"),
        "{}",
        ended.said
    );
}

/// What a task does not import is none of what it is built from.
#[tokio::test]
async fn only_what_a_task_imports_is_built_into_it() {
    let project = project();
    let read = |path: &str| std::fs::read(project.path().join(path)).unwrap();
    project.workflow(&[
        Task {
            code: "convert".into(),
            ..Task::processor("convert", &["edge"])
        },
        Task::processor("echo", &["edge"]),
    ]);
    project.write("tasks/echo.go", ECHO);
    let ended = project.pelato(&["gen"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let before = read("gen/echo/go.mod");
    project.write("tasks/go.mod", &format!("{GO_MOD}\nrequire example.org/more v1.0.0\n"));
    let ended = project.pelato(&["gen"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert_eq!(read("gen/echo/go.mod"), before);
    assert_eq!(read("gen/convert/go.mod"), before);
}
