//! A project's files → the cases in them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cases, read};
use crate::document::{Diagnostics, Findings, closest};

/// What a file of cases ends with; before it stands the name of the task's file or
/// folder.
const ENDING: &str = ".test.yaml";

/// All cases of a project.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// By the author's file or folder, `tasks/convert.go`, `tasks/convert`.
    pub cases: BTreeMap<String, Cases>,
    /// What is worth knowing about files of cases that nothing is done with.
    pub notes: Vec<Diagnostics>,
}

/// Finds and reads the cases of a project: paths → contents. `codes` are the files
/// and folders that tasks of its workflow name, `tasks/convert.go`; `shown` is how messages
/// name a file. All mistakes of all files are collected.
pub fn find(
    files: &BTreeMap<String, Vec<u8>>,
    codes: &[String],
    shown: impl Fn(&str) -> String,
) -> Result<Found, Vec<Diagnostics>> {
    let mut found = Found::default();
    let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
    let mut wrong = Vec::new();
    let mut taken = 0;
    for (path, bytes) in files {
        if let Some(stem) = path.strip_suffix(".test.yml") {
            let help = format!("rename it to `{stem}{ENDING}`");
            wrong.push(about(
                &shown(path),
                "cases are read from `.test.yaml` files",
                &help,
                true,
            ));
            continue;
        }
        let Some(stem) = path.strip_suffix(ENDING) else {
            continue;
        };
        let code = match codes.contains(stem) {
            true => stem.to_owned(),
            false => format!("{stem}.go"),
        };
        if code != stem && !files.contains_key(&code) {
            let known = files.keys().filter(|path| path.ends_with(".go"));
            let help = match closest(&code, known.map(String::as_str)) {
                Some(meant) => format!("did you mean `{}{ENDING}`?", meant.trim_end_matches(".go")),
                None => "cases stand beside the file of their task, and are named after it".to_owned(),
            };
            wrong.push(about(
                &shown(path),
                &format!("there is no `{code}` for these cases"),
                &help,
                true,
            ));
            continue;
        }
        match read::read(&shown(path), path, bytes, files, &mut taken) {
            Err(diagnostics) => wrong.push(diagnostics),
            Ok(_) if !codes.contains(code.as_str()) => {
                let title = format!("these cases are never run: no task has the code `{code}`");
                found.notes.push(about(&shown(path), &title, "", false));
            }
            Ok(cases) => {
                found.cases.insert(code, cases);
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(wrong),
    }
}

/// A finding about a file as a whole.
fn about(file: &str, title: &str, help: &str, error: bool) -> Diagnostics {
    let mut findings = Findings::default();
    match error {
        true => findings.error("cases", &(0..1), title, "this file", help),
        false => findings.note("cases", &(0..1), title, "this file", help),
    }
    findings.of(file, file.rsplit('/').next().unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::said;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let files = files.iter();
        files
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn cases_belong_to_the_file_that_they_stand_beside() {
        let case = "- input: a\n  expect: A\n";
        let files = files(&[
            ("tasks/convert.go", ""),
            ("tasks/convert.test.yaml", case),
            ("tasks/sub/filter.go", ""),
            ("tasks/sub/filter.test.yaml", case),
            ("tasks/old.go", ""),
            ("tasks/old.test.yaml", case),
            ("tasks/whole/a.go", ""),
            ("tasks/whole.test.yaml", case),
        ]);
        let codes = ["tasks/convert.go", "tasks/sub/filter.go", "tasks/whole"].map(str::to_owned);
        let found = find(&files, &codes, |path| format!("thermo/{path}")).unwrap();
        assert_eq!(
            found.cases.keys().collect::<Vec<_>>(),
            ["tasks/convert.go", "tasks/sub/filter.go", "tasks/whole"]
        );
        assert_eq!(found.cases["tasks/convert.go"].file, "thermo/tasks/convert.test.yaml");
        insta::assert_snapshot!(found.notes[0].render(false), @"
        note: these cases are never run: no task has the code `tasks/old.go`
         --> thermo/tasks/old.test.yaml:1:1
          |
        1 | old.test.yaml
          | ^ this file
        ");
    }

    #[test]
    fn a_file_of_cases_without_its_task_is_an_error() {
        let files = files(&[
            ("tasks/convert.go", ""),
            ("tasks/convrt.test.yaml", ""),
            ("tasks/convert.test.yml", ""),
            ("tasks/another.test.yaml", ""),
        ]);
        let wrong = find(&files, &[], str::to_owned).unwrap_err();
        insta::assert_snapshot!(said("cases", &wrong), @"
        error: there is no `tasks/another.go` for these cases
         --> tasks/another.test.yaml:1:1
          |
        1 | another.test.yaml
          | ^ this file
          |
          = help: cases stand beside the file of their task, and are named after it

        error: cases are read from `.test.yaml` files
         --> tasks/convert.test.yml:1:1
          |
        1 | convert.test.yml
          | ^ this file
          |
          = help: rename it to `tasks/convert.test.yaml`

        error: there is no `tasks/convrt.go` for these cases
         --> tasks/convrt.test.yaml:1:1
          |
        1 | convrt.test.yaml
          | ^ this file
          |
          = help: did you mean `tasks/convert.test.yaml`?
        ");
    }
}
