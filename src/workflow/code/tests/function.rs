//! `exec_task`, missing or of another form, word for word.

use super::{noted, of, said};

#[test]
fn a_function_that_is_missing() {
    insta::assert_snapshot!(said("go-function", "a.go", &[("a.go", "// Converts.\npackage main\n\nfunc convert(arg string) string { return arg }\n")]), @"
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
fn a_function_of_too_many_words() {
    let many = (0..40).map(|at| format!("a{at} int")).collect::<Vec<_>>().join(", ");
    let text = format!("package main\n\nfunc exec_task(\n\t{many},\n) {{}}\n");
    insta::assert_snapshot!(of(&text), @"
    error: `exec_task` is not what the template `processor_nats` takes
     --> tasks/a.go:3:6
      |
    3 | func exec_task(
      |      ^^^^^^^^^ it takes or gives something else
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
