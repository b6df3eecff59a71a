//! What is said of files that are embedded, and of names that Go does not take.

use super::{GOOD, noted, refused, said};

fn with(pattern: &str) -> String {
    format!(
        "package main\n\nimport \"embed\"\n\n//go:embed {pattern}\nvar files embed.FS\n\nfunc exec_task(arg string) string {{ return arg }}\n"
    )
}

#[test]
fn a_file_that_go_would_compile_is_not_embedded() {
    insta::assert_snapshot!(said("go-embed", "a.go", &[("a.go", &with("lib.c")), ("lib.c", "int x;")]), @"
    error: `tasks/lib.c` cannot be embedded
     --> tasks/a.go:5:1
      |
    5 | //go:embed lib.c
      | ^^^^^^^^^^^^^^^^ Go would compile it beside the code
      |
      = help: give it another ending, such as `.txt`
    ");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &with("mod/go.mod")), ("mod/go.mod", "module x")]), @"
    error: `tasks/mod/go.mod` cannot be embedded
     --> tasks/a.go:5:1
      |
    5 | //go:embed mod/go.mod
      | ^^^^^^^^^^^^^^^^^^^^^ it would make its folder another module
      |
      = help: give it another name, such as `go.mod.txt`
    ");
}

#[test]
fn among_others_it_is_left_out_and_said() {
    let files = [
        ("a.go", with("static").as_str()),
        ("static/a.css", "x"),
        ("static/b.go", "package b"),
        ("static/c.go", "package b"),
    ]
    .map(|(path, text)| (path, text.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    insta::assert_snapshot!(noted("a.go", &files), @"
    warning: `tasks/static/b.go` (and 1 more) is left out of what is embedded
     --> tasks/a.go:5:1
      |
    5 | //go:embed static
      | ^^^^^^^^^^^^^^^^^ Go would compile it beside the code
      |
      = help: give it another ending, such as `.txt`
    ");
}

#[test]
fn a_pattern_that_means_nothing() {
    insta::assert_snapshot!(refused("a.go", &[("a.go", &with("data/*.csv")), ("data/.hidden", "x")]), @"
    error: no file of tasks/ is `data/*.csv`
     --> tasks/a.go:5:1
      |
    5 | //go:embed data/*.csv
      | ^^^^^^^^^^^^^^^^^^^^^ nothing to embed
      |
      = help: a path begins at the Go file's folder; what is hidden, as `.x` and `_x`, needs `all:` before it
    ");
    insta::assert_snapshot!(refused("a.go", &[("a.go", &with("data/[a-z].csv")), ("data/a.csv", "x")]), @"
    error: `data/[a-z].csv` cannot be embedded
     --> tasks/a.go:5:1
      |
    5 | //go:embed data/[a-z].csv
      | ^^^^^^^^^^^^^^^^^^^^^^^^^ in a pattern there are `*` and `?` only
      |
      = help: name the files, or the folder that they are in
    ");
}

#[test]
fn a_place_that_the_generated_project_has() {
    insta::assert_snapshot!(refused("a.go", &[("a.go", &with("wit")), ("wit/world.wit", "x")]), @"
    error: `tasks/wit/world.wit` cannot be embedded
     --> tasks/a.go:5:1
      |
    5 | //go:embed wit
      | ^^^^^^^^^^^^^^ the generated project has a file of that name
      |
      = help: give it another name, or put it into a folder of another name
    ");
}

#[test]
fn a_file_whose_name_go_does_not_take() {
    let code = "package main\n\nimport _ \"tasks/lib\"\n\nfunc exec_task(arg string) string { return arg }\n";
    let files = [
        ("a.go", code),
        ("go.mod", "module tasks\n\ngo 1.26\n"),
        ("lib/+x.go", "package lib\n"),
    ];
    insta::assert_snapshot!(said("go-file", "a.go", &files), @"
    error: Go takes no file that is called `+x.go`
     --> tasks/lib/+x.go:1:1
      |
    1 | package lib
      | ^ the file
      |
      = help: let its name begin with a letter or a digit
    ");
    // The file of a task gets a name of ours.
    assert_eq!(noted("+a.go", &[("+a.go", GOOD)]), "");
}
