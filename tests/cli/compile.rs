//! Code that does not compile: shown with the author's file and line, in words
//! that help somebody who has never seen what Pelato generates.

use crate::command::{Project, Task};
use crate::registry::RealRegistry;

struct Author {
    registry: RealRegistry,
    project: Project,
}

impl Author {
    fn new() -> Self {
        let registry = RealRegistry::open();
        let project = Project::of("acme/thermo").with("REGISTRY_URL", &registry.host);
        let task = Task {
            code: "celsius.go".into(),
            ..Task::processor("convert", &["edge"])
        };
        project.workflow(&[task]);
        Self { registry, project }
    }

    /// What `pelato build` says of this code.
    async fn builds(&self, code: &str) -> String {
        self.project.write("tasks/celsius.go", code);
        let ended = self.project.pelato(&["build"]).await;
        assert_eq!(ended.code, Some(1), "{}", ended.said);
        assert!(
            self.project.left_behind().is_empty(),
            "{:?}",
            self.project.left_behind()
        );
        ended.said
    }

    /// What `pelato build` says of this code before anything is built.
    async fn refused(&self, code: &str) -> String {
        self.project.write("tasks/celsius.go", code);
        let ended = self.project.pelato(&["build"]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.said);
        ended.said
    }
}

#[tokio::test]
async fn go_s_own_complaints() {
    let author = Author::new();
    insta::assert_snapshot!(author.builds("package main\n\nfunc exec_task(arg string) string {\n\treturn arg + 1 + x\n}\n").await, @"
        plan  1 task
       build  convert: | tasks/celsius.go:4:9: invalid operation: arg + 1 (mismatched types string and untyped int)
       build  convert: | tasks/celsius.go:4:19: undefined: x
       build  convert: failed: tasks/celsius.go:4:9: invalid operation: arg + 1 (mismatched types string and untyped int)
    failed: convert (tasks/celsius.go:4:9: invalid operation: arg + 1 (mismatched types string and untyped int))
    ");
    insta::assert_snapshot!(author.builds("package main\n\nfunc exec_task(arg string) string {\n\treturn arg +\n}\n").await, @"
        plan  1 task
       build  convert: | tasks/celsius.go:5:1: syntax error: unexpected }, expected expression
       build  convert: failed: tasks/celsius.go:5:1: syntax error: unexpected }, expected expression
    failed: convert (tasks/celsius.go:5:1: syntax error: unexpected }, expected expression)
    ");
    insta::assert_snapshot!(author.builds("package main\n\nimport \"fmt\"\n\nfunc exec_task(arg string) string { return arg }\n").await, @r#"
        plan  1 task
       build  convert: | tasks/celsius.go:3:8: "fmt" imported and not used
       build  convert: failed: tasks/celsius.go:3:8: "fmt" imported and not used
    failed: convert (tasks/celsius.go:3:8: "fmt" imported and not used)
    "#);
    insta::assert_snapshot!(author.builds("package main\n\nimport \"strngs\"\n\nfunc exec_task(arg string) string { return strngs.ToUpper(arg) }\n").await, @"
        plan  1 task
       build  convert: | tasks/celsius.go:3:8: Go's standard library has no package strngs
       build  convert: failed: tasks/celsius.go:3:8: Go's standard library has no package strngs
    failed: convert (tasks/celsius.go:3:8: Go's standard library has no package strngs)
    ");
    insta::assert_snapshot!(author.refused("package main\n\nimport \"example.org/units\"\n\nfunc exec_task(arg string) string { return units.Kelvin(arg) }\n").await, @r#"
    error: nothing says which version of `example.org/units` to take
     --> tasks/celsius.go:3:8
      |
    3 | import "example.org/units"
      |        ^^^^^^^^^^^^^^^^^^^ there is no tasks/go.mod that requires it
      |
      = help: run `go mod init tasks && go mod tidy` in tasks/, and commit go.mod and go.sum
    "#);
    insta::assert_snapshot!(author.refused("").await, @"
    error: the file is empty
     --> tasks/celsius.go:1:1
      |
    1 |  
      | ^ nothing is declared here
      |
      = help: begin with `package main`, and write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
}

#[tokio::test]
async fn what_clashes_with_the_generated_code() {
    let author = Author::new();
    insta::assert_snapshot!(author.refused("package main\n\nfunc execTask(arg string) string { return arg }\n").await, @"
    error: there is no function `exec_task` in tasks/celsius.go
     --> tasks/celsius.go:3:6
      |
    3 | func execTask(arg string) string { return arg }
      |      ^^^^^^^^ did you mean this one?
      |
      = help: name it `exec_task`; write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(author.refused("package main\n\nfunc exec_task(arg int) int { return arg }\n").await, @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/celsius.go:3:6
      |
    3 | func exec_task(arg int) int { return arg }
      |      ^^^^^^^^^ this is `func exec_task(arg int) int`
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(author.builds("package main\n\nvar exec_task = 1\n").await, @"
        plan  1 task
       build  convert: | tasks/celsius.go: exec_task is `int`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
       build  convert: failed: tasks/celsius.go: exec_task is `int`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    failed: convert (tasks/celsius.go: exec_task is `int`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`)
    ");
    insta::assert_snapshot!(author.builds("package main\n\ntype Number = int\n\nfunc exec_task(arg Number) Number { return arg }\n").await, @"
        plan  1 task
       build  convert: | tasks/celsius.go:5: exec_task is `func(arg Number) Number`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
       build  convert: failed: tasks/celsius.go:5: exec_task is `func(arg Number) Number`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    failed: convert (tasks/celsius.go:5: exec_task is `func(arg Number) Number`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`)
    ");
    insta::assert_snapshot!(author.refused("package main\n\nfunc exec_task[T any](arg T) T { return arg }\n").await, @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/celsius.go:3:6
      |
    3 | func exec_task[T any](arg T) T { return arg }
      |      ^^^^^^^^^ it has type parameters
      |
      = help: it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`
    ");
    insta::assert_snapshot!(author.refused("package main\n\nfunc exec_task(arg string) string { return arg }\n\nfunc main() {}\n").await, @"
    error: the generated code has a `func main` already
     --> tasks/celsius.go:5:6
      |
    5 | func main() {}
      |      ^^^^ a second one
      |
      = help: take it out: the host calls `exec_task`
    ");
    insta::assert_snapshot!(author.refused("package main\n\nfunc exec_task(arg string) string { return arg }\n\nfunc exec_task(arg string) string { return arg }\n").await, @"
    error: `exec_task` is declared twice
     --> tasks/celsius.go:5:6
      |
    5 | func exec_task(arg string) string { return arg }
      |      ^^^^^^^^^ the second one
      |
      = help: the first one is at tasks/celsius.go:3; take one of them out
    ");
    insta::assert_snapshot!(author.refused("// Converts.\npackage tasks\n\nfunc exec_task(arg string) string { return arg }\n").await, @"
    error: the file says `package tasks`
     --> tasks/celsius.go:2:9
      |
    2 | package tasks
      |         ^^^^^ it has to be `main`
      |
      = help: a task is a program; what several of them share stands in a folder of its own
    ");
    insta::assert_snapshot!(author.refused("//go:build linux\n\npackage main\n\nfunc exec_task(arg string) string { return arg }\n").await, @"
    error: Go leaves this file out of a component
     --> tasks/celsius.go:1:1
      |
    1 | //go:build linux
      | ^^^^^^^^^^^^^^^^ this does not hold for `wasip1` on `wasm`
      |
      = help: take the line out
    ");
    insta::assert_snapshot!(author.refused("package main\n\nimport \"C\"\n\nfunc exec_task(arg string) string { return arg }\n").await, @r#"
    error: `C` cannot be part of a component
     --> tasks/celsius.go:3:8
      |
    3 | import "C"
      |        ^^^ no C is compiled, and Go leaves out a file that imports it
      |
      = help: write it in Go, or take a module without cgo
    "#);
}

#[tokio::test]
async fn names_that_the_generated_code_uses_are_free() {
    let author = Author::new();
    let code = "package main\n\ntype task struct{}\n\nfunc relay() {}\n\nconst messaging, post, web = 1, 2, 3\n\nfunc exec_task(arg string) string { return arg }\n";
    author.project.write("tasks/celsius.go", code);
    let http = Task {
        code: "celsius.go".into(),
        ..Task::http("served", &["edge"], "0.0.0.0:8000")
    };
    author.project.workflow(&[
        Task {
            code: "celsius.go".into(),
            ..Task::processor("plain", &["edge"])
        },
        http,
    ]);
    let ended = author.project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
}

#[tokio::test]
async fn one_of_three() {
    let author = Author::new();
    let names = ["first", "broken", "third"];
    author
        .project
        .workflow(&names.map(|name| Task::processor(name, &["edge"])));
    for name in names {
        author.project.write(&format!("tasks/{name}.go"), crate::command::ECHO);
    }
    author.project.write(
        "tasks/broken.go",
        "package main\n\nfunc exec_task(arg string) string {\n\treturn missing\n}\n",
    );
    let ended = author.project.pelato(&["build", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @"
       build  broken: failed: tasks/broken.go:4:9: undefined: missing
       build  broken: | tasks/broken.go:4:9: undefined: missing
       build  first: [SIZE]
       build  third: [SIZE]
        plan  3 tasks
     publish  first: 127.0.0.1:[PORT]/first:1.0.0@sha256:[DIGEST]
     publish  third: 127.0.0.1:[PORT]/third:1.0.0@sha256:[DIGEST]
    failed: broken (tasks/broken.go:4:9: undefined: missing); 2 built, 2 published
    ");
    let json = ended.json();
    let states: Vec<_> = json["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| (task["state"].as_str(), task["built"].as_bool()))
        .collect();
    assert_eq!(
        states,
        [
            (Some("success"), Some(true)),
            (Some("failure"), Some(false)),
            (Some("success"), Some(true))
        ]
    );
    // The others are in the registry: they are not built again.
    author.project.write("tasks/broken.go", crate::command::ECHO);
    let ended = author.project.pelato(&["build"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: 1 built, 1 published, 2 unchanged")
    );
    drop(author.registry);
}
