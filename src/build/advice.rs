//! Go's complaints about what Pelato wrote, as advice about what the author wrote.

use std::collections::BTreeMap;

use crate::generate::Sources;

/// The line that tells Go the author's file and lines.
const DIRECTIVE: &str = "//line ";

/// What the author can be told when their code and the generated code do not fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Advice {
    /// `tasks/convert.go`, or the folder of several.
    code: String,
    /// What `exec_task` may be: `` `func …` or `func …` ``.
    signatures: String,
    /// The place of the author's `func exec_task`: `tasks/convert.go:3`.
    function: Option<String>,
    /// Files as Go sees them → the place of their `package`.
    packages: BTreeMap<String, String>,
    /// The author's go.mod, where it counts: `tasks/go.mod`.
    go_mod: Option<String>,
}

impl Advice {
    /// Looks at the author's code.
    pub(super) fn about(sources: &Sources) -> Self {
        let place = |generated: &str, start: &str| {
            let code = String::from_utf8_lossy(sources.files.get(generated)?);
            let hidden = usize::from(code.starts_with(DIRECTIVE));
            let line = code.lines().skip(hidden).position(|line| line.starts_with(start))?;
            Some(format!("{}:{}", sources.author_files.get(generated)?, line + 1))
        };
        let quoted: Vec<String> = sources
            .signatures
            .iter()
            .map(|signature| format!("`{signature}`"))
            .collect();
        let mains = || sources.author_files.keys().filter(|path| !path.contains('/'));
        Self {
            code: sources.code.clone(),
            signatures: quoted.join(" or "),
            function: mains().find_map(|path| place(path, "func exec_task")),
            packages: mains()
                .map(|path| {
                    let place = place(path, "package ").unwrap_or_else(|| sources.author_files[path].clone());
                    (path.clone(), place)
                })
                .collect(),
            go_mod: sources.author_go_mod.clone(),
        }
    }

    /// What to say instead of Go's line; none where that says it well.
    pub(super) fn instead_of(&self, line: &str) -> Option<String> {
        let Self { code, signatures, .. } = self;
        if let Some((_, complaint)) = line.strip_prefix("./main.go:").and_then(|rest| rest.split_once(": ")) {
            let at = self.function.as_ref().unwrap_or(code);
            if complaint == "undefined: exec_task" {
                return Some(match self.function {
                    None => format!("{code}: it has no function exec_task; write {signatures}"),
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
            let (name, at) = packages.split(" and ").find_map(|package| {
                let (name, file) = package.split_once(" (")?;
                let at = self.packages.get(file.split(')').next()?)?;
                (name != "main").then_some((name, at))
            })?;
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
                "{code}: the file is empty; begin it with `package main`, and write {signatures}"
            ));
        }
        if let Some((place, package)) = line.split_once(": no required module provides package ") {
            let package = package.split(';').next()?;
            return Some(match &self.go_mod {
                Some(go_mod) => format!(
                    "{place}: nothing in {go_mod} provides the package {package}; {}",
                    tidy(go_mod)
                ),
                None => format!(
                    "{place}: there is no package {package} here; without a go.mod a task can import Go's standard library, and what its template requires"
                ),
            });
        }
        if let Some(go_mod) = &self.go_mod {
            if let Some((place, rest)) = line.split_once(": missing go.sum entry for ") {
                let what = rest.split(';').next()?.rsplit(' ').next()?;
                let sums = go_mod.replace("go.mod", "go.sum");
                return Some(format!("{place}: {sums} says nothing of {what}; {}", tidy(go_mod)));
            }
            if line.starts_with("go: updates to go.mod needed") {
                return Some(format!(
                    "{go_mod}: it does not name all modules that it needs; {}",
                    tidy(go_mod)
                ));
            }
            if let Some((wanted, running)) = line
                .strip_prefix("go: go.mod requires go >= ")
                .and_then(|rest| rest.split_once(" (running go "))
            {
                let running = running.split(';').next()?;
                return Some(format!(
                    "{go_mod}: it asks for Go {wanted}, and tasks are built with Go {running}; write `go {running}` there, or build with a later Go"
                ));
            }
        }
        let (place, package) = line.strip_suffix(')')?.split_once(": package ")?;
        let (package, _) = package.split_once(" is not in std (")?;
        Some(format!("{place}: Go's standard library has no package {package}"))
    }

    /// Whether a line only goes with one that says all, or advises what cannot be
    /// done in a folder that is generated.
    pub(super) fn is_noise(line: &str) -> bool {
        line.starts_with("\tgo get ")
            || line.starts_with("\tgo mod ")
            || line.starts_with("\t./main.go:") && line.ends_with(": other declaration of main")
    }
}

/// What mends a go.mod.
fn tidy(go_mod: &str) -> String {
    let folder = go_mod.trim_end_matches("/go.mod");
    format!("run `go mod tidy` in {folder}/ and commit go.mod and go.sum")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, line: &str) -> String {
        let sources = Sources {
            code: "tasks/convert.go".to_owned(),
            author_files: BTreeMap::from([("task.go".to_owned(), "tasks/convert.go".to_owned())]),
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
            @"tasks/convert.go:3:8: there is no package example.org/units here; without a go.mod a task can import Go's standard library, and what its template requires"
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
