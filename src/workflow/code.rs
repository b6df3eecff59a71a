//! The author's code: whether it is there, fits its template, and can be built. What
//! is wrong in a Go file is shown in that file.

mod circle;
mod embedded;
mod function;
mod imports;
mod wasm;

use std::collections::{BTreeMap, HashSet};

use super::read::Placed;
use super::{TASKS, TemplateSpec};
use crate::document::{Diagnostics, Findings, closest};
use crate::golang::{GoFile, Library, Part, read};
use crate::source::ProjectFiles;

/// Looks at the code of all tasks. What concerns `workflow.yaml` goes to `findings`,
/// what concerns a file of the author's comes back.
pub(super) fn tasks(
    tasks: &[Placed],
    templates: &[&TemplateSpec],
    project: &ProjectFiles,
    findings: &mut Findings,
) -> Vec<Diagnostics> {
    let mut desk = Desk {
        project,
        library: Library::of(&project.files),
        files: BTreeMap::new(),
        modules: BTreeMap::new(),
        circles: HashSet::new(),
    };
    let mut done = HashSet::new();
    for placed in tasks {
        let code = format!("{TASKS}/{}", placed.task.code);
        let spec = templates.iter().find(|spec| spec.name == placed.task.template);
        if let Some(spec) = spec
            && is_there(placed, &code, &desk, findings)
            && done.insert((code.clone(), &placed.task.template))
        {
            desk.task(&code, spec);
        }
    }
    desk.finish()
}

/// Files that were looked at, each once.
struct Desk<'f> {
    project: &'f ProjectFiles,
    library: Library<'f>,
    files: BTreeMap<&'f str, Looked<'f>>,
    /// The findings of each `go.mod`.
    modules: BTreeMap<String, Findings>,
    /// The imports that close a circle.
    circles: HashSet<(&'f str, usize)>,
}

/// A file and what was found in it.
struct Looked<'f> {
    text: &'f str,
    file: GoFile<'f>,
    findings: Findings,
}

impl<'f> Desk<'f> {
    fn task(&mut self, code: &str, spec: &TemplateSpec) {
        let Some(parts) = self.library.task(code) else {
            return;
        };
        for part in &parts.main {
            if self.look(part) {
                self.main_file(part.path, spec);
                self.imports(part.path, &parts, spec);
                self.embedded(part, &spec.generated);
            }
        }
        for part in parts.packages.values().flatten() {
            if self.look(part) {
                self.file_name(part.path);
                self.imports(part.path, &parts, spec);
                self.embedded(part, &[]);
            }
        }
        if let Some((folder, module)) = &parts.module
            && (parts.foreign || !parts.packages.is_empty())
        {
            self.module(folder, module, parts.foreign);
        }
        self.circle(&parts);
        let mains: Vec<&'f str> = parts.main.iter().map(|part| part.path).collect();
        self.function(code, &mains, spec);
    }

    /// Reads a file; whether it is the first time.
    fn look(&mut self, part: &Part<'f>) -> bool {
        if self.files.contains_key(part.path) {
            return false;
        }
        let mut findings = Findings::default();
        let text = str::from_utf8(part.content).unwrap_or_else(|error| {
            let valid = &part.content[..error.valid_up_to()];
            let at = valid.len().saturating_sub(1);
            findings.error(
                "encoding",
                &(at..at + 1),
                "this is not UTF-8 text",
                "behind this",
                "save the file as UTF-8",
            );
            str::from_utf8(valid).unwrap_or_default()
        });
        let file = read(text);
        self.files.insert(part.path, Looked { text, file, findings });
        true
    }

    /// What holds for a file of package main on its own.
    fn main_file(&mut self, path: &'f str, spec: &TemplateSpec) {
        let Some(Looked { file, findings, .. }) = self.files.get_mut(path) else {
            return;
        };
        match &file.package {
            Some(package) if package.text != "main" => findings.error(
                "go-package",
                &package.span,
                format!("the file says `package {}`", package.text),
                "it has to be `main`",
                "a task is a program; what several of them share stands in a folder of its own",
            ),
            None if file.broken.is_none() && findings.errors() == 0 => findings.error(
                "go-package",
                &(0..1),
                "the file is empty",
                "nothing is declared here",
                format!("begin with `package main`, and write {}", function::needed(spec)),
            ),
            _ => {}
        }
        for function in file.functions.iter().filter(|function| function.receiver.is_none()) {
            if function.name.text == "main" {
                findings.error(
                    "go-main",
                    &function.name.span,
                    "the generated code has a `func main` already",
                    "a second one",
                    "take it out: the host calls `exec_task`",
                );
            }
        }
        let functions = file.functions.iter().filter(|function| function.receiver.is_none());
        let functions = functions.map(|function| &function.name);
        for name in functions.chain(file.names.iter().map(|declared| &declared.name)) {
            if name.text.starts_with("pelato") {
                findings.error(
                    "go-name",
                    &name.span,
                    format!("`{}` is a name of the generated code", name.text),
                    "declared here",
                    "names that begin with `pelato` are taken; give it another one",
                );
            }
        }
    }

    fn finish(self) -> Vec<Diagnostics> {
        let project = self.project;
        let files = self.files.into_iter().map(|(path, looked)| {
            let text = if looked.text.is_empty() { " " } else { looked.text };
            (path.to_owned(), looked.findings, text.to_owned())
        });
        let modules = self.modules.into_iter().map(|(path, findings)| {
            let text = String::from_utf8_lossy(project.get(&path).unwrap_or_default()).into_owned();
            (path, findings, text)
        });
        files
            .chain(modules)
            .filter(|(_, findings, _)| !findings.is_empty())
            .map(|(path, findings, text)| findings.of(&project.shown(&path), &text))
            .collect()
    }
}

/// The author's file or folder is there, and Go.
fn is_there(placed: &Placed, path: &str, desk: &Desk<'_>, findings: &mut Findings) -> bool {
    let files = &desk.project.files;
    let below = format!("{path}/");
    if files.contains_key(path) {
        if path.ends_with(".go") {
            return true;
        }
        findings.error(
            "not-go",
            &placed.code,
            format!("`{path}` is no Go file"),
            "its name does not end in `.go`",
            "name the file with the function, or a folder of such files",
        );
        return false;
    }
    let first = files.range(below.clone()..).next();
    if first.is_some_and(|(file, _)| file.starts_with(&below)) {
        if !desk.library.package(path).is_empty() {
            return true;
        }
        findings.error(
            "no-go",
            &placed.code,
            format!("the folder `{path}` holds no Go file for a task"),
            "only this folder is looked at, not those in it",
            "tests (`_test.go`), and files that are for other systems, are left out",
        );
        return false;
    }
    missing(placed, path, files.keys().map(String::as_str), findings);
    false
}

fn missing<'k>(placed: &Placed, path: &str, files: impl Iterator<Item = &'k str>, findings: &mut Findings) {
    let known: Vec<&str> = files
        .filter_map(|path| path.strip_prefix(TASKS)?.strip_prefix('/'))
        .filter(|path| path.ends_with(".go"))
        .collect();
    let folders = known.iter().filter_map(|path| Some(path.rsplit_once('/')?.0));
    let help = match closest(&placed.task.code, known.iter().copied().chain(folders)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => {
            format!("put the file into `{TASKS}/`; no Go file is there")
        }
        None => {
            let list: Vec<&str> = known.iter().copied().take(8).collect();
            format!("in `{TASKS}/` there are: {}", list.join(", "))
        }
    };
    let what = if path.ends_with(".go") {
        "file"
    } else {
        "file or folder"
    };
    findings.error(
        "missing-code",
        &placed.code,
        format!("there is no {what} `{path}`"),
        format!("this {what} is missing"),
        help,
    );
}

#[cfg(test)]
mod tests;
