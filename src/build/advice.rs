//! Go's complaints about what Pelato wrote, as advice about what the author wrote.

use crate::generate::Sources;

/// The line that tells Go the author's file and lines.
const DIRECTIVE: &str = "//line ";

/// What the author can be told when their code and the generated code do not fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Advice {
    /// `tasks/convert.go`.
    file: String,
    /// What `exec_task` may be: `` `func …` or `func …` ``.
    signatures: String,
    /// The line of the author's `func exec_task`.
    function: Option<usize>,
    /// The line of the author's `package`.
    package: Option<usize>,
}

impl Advice {
    /// Looks at the author's code.
    pub(super) fn about(sources: &Sources) -> Self {
        let code = sources.files.get("task.go").map(Vec::as_slice).unwrap_or_default();
        let code = String::from_utf8_lossy(code);
        let hidden = usize::from(code.starts_with(DIRECTIVE));
        let line_of = |start: &str| {
            let mut lines = code.lines().skip(hidden);
            lines.position(|line| line.starts_with(start)).map(|index| index + 1)
        };
        let quoted: Vec<String> = sources
            .signatures
            .iter()
            .map(|signature| format!("`{signature}`"))
            .collect();
        Self {
            file: sources.author_file.clone(),
            signatures: quoted.join(" or "),
            function: line_of("func exec_task"),
            package: line_of("package "),
        }
    }

    /// What to say instead of Go's line; none where that says it well.
    pub(super) fn instead_of(&self, line: &str) -> Option<String> {
        let Self { file, signatures, .. } = self;
        if let Some((_, complaint)) = line.strip_prefix("./main.go:").and_then(|rest| rest.split_once(": ")) {
            let at = at(file, self.function);
            if complaint == "undefined: exec_task" {
                return Some(match self.function {
                    None => format!("{file}: it has no function exec_task; write {signatures}"),
                    Some(_) => format!(
                        "{at}: Go does not see this exec_task; take the `//go:build` line, the `import \"C\"` or the comment around it out"
                    ),
                });
            }
            if let Some((found, _)) = complaint.split_once(" does not satisfy ") {
                return Some(format!("{at}: exec_task is `{found}`; it has to be {signatures}"));
            }
            if complaint.contains("cannot infer") {
                return Some(format!(
                    "{at}: exec_task has type parameters; it has to be {signatures}"
                ));
            }
        }
        if let Some(packages) = line.strip_prefix("found packages ") {
            let theirs = packages
                .split(" and ")
                .find_map(|package| package.split_once(" (task.go)"));
            let (name, _) = theirs?;
            let at = at(file, self.package);
            return Some(format!(
                "{at}: the file says `package {name}`; it has to be `package main`"
            ));
        }
        if let Some(place) = line.strip_suffix(": main redeclared in this block") {
            return Some(format!(
                "{place}: the generated code has a `func main` already; take this one out"
            ));
        }
        if line.ends_with(": expected 'package', found 'EOF'") {
            return Some(format!(
                "{file}: the file is empty; begin it with `package main`, and write {signatures}"
            ));
        }
        if let Some((place, package)) = line.split_once(": no required module provides package ") {
            let package = package.split(';').next()?;
            return Some(format!(
                "{place}: there is no package {package} here; a task can import Go's standard library, and what its template requires"
            ));
        }
        let (place, package) = line.strip_suffix(')')?.split_once(": package ")?;
        let (package, _) = package.split_once(" is not in std (")?;
        Some(format!("{place}: Go's standard library has no package {package}"))
    }

    /// Whether a line only goes with one that says all, or advises what cannot be
    /// done in a folder that is generated.
    pub(super) fn is_noise(line: &str) -> bool {
        line.starts_with("\tgo get ")
            || line.starts_with("\t./main.go:") && line.ends_with(": other declaration of main")
    }
}

fn at(file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, line: &str) -> String {
        let sources = Sources {
            author_file: "tasks/convert.go".to_owned(),
            signatures: [
                "func exec_task(arg string) string",
                "func exec_task(arg string) (string, error)",
            ]
            .map(str::to_owned)
            .into(),
            files: [(
                "task.go".to_owned(),
                format!("//line tasks/convert.go:1:1\n{code}").into_bytes(),
            )]
            .into(),
            ..Sources::default()
        };
        Advice::about(&sources).instead_of(line).unwrap()
    }

    #[test]
    fn a_function_that_is_not_there_or_not_seen() {
        insta::assert_snapshot!(
            said("package main\n\nfunc execTask() {}\n", "./main.go:11:44: undefined: exec_task"),
            @"tasks/convert.go: it has no function exec_task; write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`"
        );
        insta::assert_snapshot!(
            said("//go:build linux\n\npackage main\n\nfunc exec_task(arg string) string { return arg }\n", "./main.go:11:44: undefined: exec_task"),
            @r#"tasks/convert.go:5: Go does not see this exec_task; take the `//go:build` line, the `import "C"` or the comment around it out"#
        );
    }

    #[test]
    fn a_function_of_another_form() {
        let code = "package main\n\nfunc exec_task(arg int) int { return arg }\n";
        insta::assert_snapshot!(
            said(code, "./main.go:11:43: func(arg int) int does not satisfy task.Function (func(arg int) int missing in func(string) string | func(string) (string, error))"),
            @"tasks/convert.go:3: exec_task is `func(arg int) int`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`"
        );
        insta::assert_snapshot!(
            said(code, "./main.go:11:68: func(arg string) string does not satisfy entry.Function (func(arg string) string missing in func(string, string) (string, string) | func(string, string) (string, string, error))"),
            @"tasks/convert.go:3: exec_task is `func(arg string) string`; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`"
        );
        insta::assert_snapshot!(
            said(code, "./main.go:11:43: in call to task.From, cannot infer F (declared at task/internal/task/task.go:20:11)"),
            @"tasks/convert.go:3: exec_task has type parameters; it has to be `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`"
        );
    }

    #[test]
    fn what_cannot_be_imported() {
        insta::assert_snapshot!(
            said("", "tasks/convert.go:3:8: no required module provides package example.org/units; to add it:"),
            @"tasks/convert.go:3:8: there is no package example.org/units here; a task can import Go's standard library, and what its template requires"
        );
        insta::assert_snapshot!(
            said("", "tasks/convert.go:3:8: package strngs is not in std (/usr/local/go/src/strngs)"),
            @"tasks/convert.go:3:8: Go's standard library has no package strngs"
        );
        insta::assert_snapshot!(said("", "tasks/convert.go:1:29: expected 'package', found 'EOF'"), @"tasks/convert.go: the file is empty; begin it with `package main`, and write `func exec_task(arg string) string` or `func exec_task(arg string) (string, error)`");
    }

    #[test]
    fn another_package_and_a_second_main() {
        insta::assert_snapshot!(
            said("// Converts.\npackage tasks\n", "found packages main (main.go) and tasks (task.go) in /work"),
            @"tasks/convert.go:2: the file says `package tasks`; it has to be `package main`"
        );
        insta::assert_snapshot!(
            said("package main\n", "tasks/convert.go:5:6: main redeclared in this block"),
            @"tasks/convert.go:5:6: the generated code has a `func main` already; take this one out"
        );
        assert!(Advice::is_noise("\t./main.go:15:6: other declaration of main"));
    }

    #[test]
    fn what_go_says_well_stays() {
        let advice = Advice::default();
        for line in [
            "tasks/convert.go:4:9: undefined: foo",
            "./main.go:4:9: undefined: foo",
            "found nothing",
        ] {
            assert_eq!(advice.instead_of(line), None);
        }
    }
}
