//! What authors import, word for word.

use super::{GOOD, check, noted, of, refused, said, shown};

#[test]
fn imports_that_a_component_cannot_use() {
    let text = "package main\n\nimport (\n\t\"net/http\"\n\t\"os/exec\"\n)\n\nvar _, _ = http.Get, exec.Command\n\nfunc exec_task(arg string) string { return arg }\n";
    insta::assert_snapshot!(noted("a.go", &[("a.go", text)]), @r#"
    warning: `net/http` does not work in a component
     --> tasks/a.go:4:2
      |
    4 |     "net/http"
      |     ^^^^^^^^^^ a component has no sockets: what dials or listens fails when it runs
      |
      = help: what calls the function is Pelato's; for HTTP in, take the template `http_producer_nats`; have what is to be fetched sent as messages

    warning: `os/exec` does not work in a component
     --> tasks/a.go:5:2
      |
    5 |     "os/exec"
      |     ^^^^^^^^^ a component cannot start processes: it fails when it runs
      |
      = help: do it in Go, or in another service
    "#);
    insta::assert_snapshot!(of(&format!("{}\nimport \"syscall/js\"\n", GOOD.replace("func", "import \"C\"\n\nfunc"))), @r#"
    error: `C` cannot be part of a component
     --> tasks/a.go:3:8
      |
    3 | import "C"
      |        ^^^ no C is compiled, and Go leaves out a file that imports it
      |
      = help: write it in Go, or take a module without cgo

    error: `syscall/js` cannot be part of a component
     --> tasks/a.go:7:8
      |
    7 | import "syscall/js"
      |        ^^^^^^^^^^^^ it is for browsers: Go has it for `js/wasm` only
      |
      = help: take what is wanted as the function's argument, and return what is to happen
    "#);
}

#[test]
fn modules_that_nothing_requires() {
    let text = "package main\n\nimport \"example.org/units\"\n\nfunc exec_task(arg string) string { return units.Kelvin(arg) }\n";
    insta::assert_snapshot!(said("go-import", "a.go", &[("a.go", text)]), @r#"
    error: nothing says which version of `example.org/units` to take
     --> tasks/a.go:3:8
      |
    3 | import "example.org/units"
      |        ^^^^^^^^^^^^^^^^^^^ there is no tasks/go.mod that requires it
      |
      = help: run `go mod init tasks && go mod tidy` in tasks/, and commit go.mod and go.sum
    "#);
    let go_mod = "module example.org/thermo\n\ngo 1.26\n\nrequire example.org/other v1.0.0\n";
    insta::assert_snapshot!(refused("a.go", &[("a.go", text), ("go.mod", go_mod)]), @r#"
    error: nothing says which version of `example.org/units` to take
     --> tasks/a.go:3:8
      |
    3 | import "example.org/units"
      |        ^^^^^^^^^^^^^^^^^^^ no `require` of tasks/go.mod provides it
      |
      = help: run `go mod tidy` in tasks/, and commit go.mod and go.sum
    "#);
    let go_mod = "module example.org/thermo\n\ngo 1.26\n\nrequire example.org/units v1.0.0\n";
    assert_eq!(noted("a.go", &[("a.go", text), ("go.mod", go_mod)]), "");
}

#[test]
fn a_go_mod_that_cannot_be_built_from() {
    let text = "package main\n\nimport \"example.org/units\"\n\nfunc exec_task(arg string) string { return units.Kelvin(arg) }\n";
    let go_mod = "module example.org/thermo\n\ngo 1.16\n\ntoolchain go1.26.8\n\nrequire example.org/units v1.0.0\n\nreplace example.org/units => ../units\n\nrequire a b c\n";
    insta::assert_snapshot!(said("go-mod", "a.go", &[("a.go", text), ("go.mod", go_mod)]), @"
    error: a go.mod of Go 1.16 does not list all modules
     --> tasks/go.mod:3:1
      |
    3 | go 1.16
      | ^^^^^^^ too old to be built from
      |
      = help: run `go mod tidy -go=1.26` in tasks/, and commit go.mod and go.sum

    warning: the toolchain is not chosen here
     --> tasks/go.mod:5:1
      |
    5 | toolchain go1.26.8
      | ^^^^^^^^^^^^^^^^^^ tasks are built with the Go of the builder
      |
      = help: take the line out

    error: `example.org/units` is replaced by a folder
     --> tasks/go.mod:9:1
      |
    9 | replace example.org/units => ../units
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a build has no folder but this project's tasks
      |
      = help: replace it by a version of a module, or move the packages below this go.mod

    error: this line of go.mod cannot be used
      --> tasks/go.mod:11:1
       |
    11 | require a b c
       | ^^^^^^^^^^^^^ it has too few words, or too many
    ");
    // Who takes nothing from elsewhere is not held up by it.
    assert_eq!(noted("a.go", &[("a.go", GOOD), ("go.mod", go_mod)]), "");
}

#[test]
fn packages_of_the_project() {
    let go_mod = "module example.org/thermo\n\ngo 1.26\n";
    let text = |imports: &str| {
        format!("package main\n\nimport {imports}\n\nfunc exec_task(arg string) string {{ return arg }}\n")
    };
    let units = ("lib/units/units.go", "package units\n");
    let inner = ("lib/internal/si/si.go", "package si\n");
    let main = text("_ \"example.org/thermo/lib/units\"");
    assert_eq!(noted("a.go", &[("a.go", &main), ("go.mod", go_mod), units]), "");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), ("go.mod", go_mod)]), @r#"
    error: there is no package in tasks/lib/units
     --> tasks/a.go:3:10
      |
    3 | import _ "example.org/thermo/lib/units"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is where its path leads
      |
      = help: put Go files there, or correct the path
    "#);
    insta::assert_snapshot!(of(&text("_ \"./lib/units\"")), @r#"
    error: Go imports no package by a path that begins with a dot
     --> tasks/a.go:3:10
      |
    3 | import _ "./lib/units"
      |          ^^^^^^^^^^^^^ a folder of the project
      |
      = help: run `go mod init tasks` in tasks/, and begin with the module's name: `tasks/…`
    "#);
    let main = text("_ \"example.org/thermo/lib/internal/si\"");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), ("go.mod", go_mod), inner]), @r#"
    error: tasks/lib/internal/si is internal to tasks/lib
     --> tasks/a.go:3:10
      |
    3 | import _ "example.org/thermo/lib/internal/si"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ only files below tasks/lib may import it
      |
      = help: move it out of the folder `internal`
    "#);
    assert_eq!(
        noted("lib/convert", &[("lib/convert/a.go", &main), ("go.mod", go_mod), inner]),
        ""
    );
    let main = text("_ \"example.org/thermo/other\"");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), ("go.mod", go_mod), ("other/o.go", GOOD)]), @r#"
    error: tasks/other is a program: `package main`
     --> tasks/a.go:3:10
      |
    3 | import _ "example.org/thermo/other"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^ only other packages can be imported
      |
      = help: move what is shared into a folder of its own, with a package name of its own
    "#);
    // Without a go.mod, and beside one.
    let main = text("_ \"lib/units\"");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), units]), @r#"
    error: the packages below tasks/ are not named like this
     --> tasks/a.go:3:10
      |
    3 | import _ "lib/units"
      |          ^^^^^^^^^^^ tasks/lib/units is meant?
      |
      = help: run `go mod init tasks` in tasks/, and begin with the module's name: `tasks/…`
    "#);
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), ("go.mod", go_mod), units]), @r#"
    error: the packages below tasks/ are not named like this
     --> tasks/a.go:3:10
      |
    3 | import _ "lib/units"
      |          ^^^^^^^^^^^ tasks/lib/units is meant?
      |
      = help: begin with the module of go.mod: `example.org/thermo/…`
    "#);
    // What a package imports counts as well.
    let main = text("_ \"example.org/thermo/lib/units\"");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &main), ("go.mod", go_mod), ("lib/units/units.go", "package units\n\nimport _ \"example.org/si\"\n")]), @r#"
    error: nothing says which version of `example.org/si` to take
     --> tasks/lib/units/units.go:3:10
      |
    3 | import _ "example.org/si"
      |          ^^^^^^^^^^^^^^^^ no `require` of tasks/go.mod provides it
      |
      = help: run `go mod tidy` in tasks/, and commit go.mod and go.sum
    "#);
}

#[test]
fn packages_that_import_each_other() {
    let package = |name: &str, imports: &str| format!("package {name}\n\nimport _ \"example.org/thermo/{imports}\"\n");
    let main = format!(
        "{}\nfunc exec_task(arg string) string {{ return arg }}\n",
        package("main", "a")
    );
    let (a, b, c) = (package("a", "b"), package("b", "c"), package("c", "b"));
    let files = [
        ("t.go", main.as_str()),
        ("u.go", main.as_str()),
        ("go.mod", "module example.org/thermo\n"),
        ("a/a.go", &a),
        ("b/b.go", &b),
        ("c/c.go", &c),
    ];
    insta::assert_snapshot!(shown(&check(&["t.go", "u.go"], &files).unwrap_err()), @r#"
    error: packages of the project import each other
     --> tasks/c/c.go:3:10
      |
    3 | import _ "example.org/thermo/b"
      |          ^^^^^^^^^^^^^^^^^^^^^^ this closes the circle
      |
      = help: tasks/b → tasks/c → tasks/b; move what they share into a package of its own
    "#);
}
