//! What the author's files import, and the `go.mod` that has to provide it.

use super::super::{TASKS, TemplateSpec};
use super::wasm::trouble;
use super::{Desk, Looked};
use crate::document::{Findings, Severity};
use crate::golang::{GO_MOD, Import, Module, Parts, Resolved};

/// Since then a `go.mod` lists all modules that a build needs.
const LISTS_ALL: u32 = 17;

impl Desk<'_> {
    /// Looks at the imports of a file.
    pub(super) fn imports(&mut self, path: &str, parts: &Parts<'_>, spec: &TemplateSpec) {
        let Some(Looked { file, findings, .. }) = self.files.get_mut(path) else {
            return;
        };
        for import in &file.imports {
            if let Some(trouble) = trouble(import.path) {
                let title = match trouble.severity {
                    Severity::Error => format!("`{}` cannot be part of a component", import.path),
                    _ => format!("`{}` does not work in a component", import.path),
                };
                let add = match trouble.severity {
                    Severity::Error => Findings::error,
                    _ => Findings::warning,
                };
                add(
                    findings,
                    "go-import",
                    &import.span,
                    title,
                    trouble.reason,
                    trouble.instead,
                );
                continue;
            }
            match self.library.resolve(import.path, parts.module.as_ref()) {
                Resolved::Standard | Resolved::Required => {}
                Resolved::Own(folder) => own(&folder, path, import, parts, findings),
                Resolved::Nowhere(folder) => findings.error(
                    "go-import",
                    &import.span,
                    format!("there is no package in {folder}"),
                    "this is where its path leads",
                    "put Go files there, or correct the path",
                ),
                Resolved::Relative => findings.error(
                    "go-import",
                    &import.span,
                    "Go imports no package by a path that begins with a dot",
                    "a folder of the project",
                    match parts.module.as_ref().and_then(|(_, module)| module.path.as_ref()) {
                        Some((module, _)) => format!("begin with the module of go.mod: `{module}/…`"),
                        None => start(),
                    },
                ),
                Resolved::Unrequired => {
                    let provided = |module: &String| {
                        let rest = import.path.strip_prefix(module.as_str());
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    };
                    if !spec.modules.iter().any(provided) {
                        unrequired(import, parts, findings);
                    }
                }
            }
        }
    }

    /// Looks at a `go.mod` that is needed; `foreign` where modules of others are.
    pub(super) fn module(&mut self, folder: &str, module: &Module, foreign: bool) {
        let path = format!("{folder}/{GO_MOD}");
        let findings = self.modules.entry(path).or_default();
        // Both kinds of tasks may come by; what is said once is enough.
        if !findings.is_empty() {
            return;
        }
        for problem in &module.problems {
            findings.error(
                "go-mod",
                &problem.span,
                "this line of go.mod cannot be used",
                problem.reason,
                "",
            );
        }
        if !foreign {
            return;
        }
        for replace in module.replaces.iter().filter(|replace| replace.by_version.is_none()) {
            findings.error(
                "go-mod",
                &replace.span,
                format!("`{}` is replaced by a folder", replace.path),
                "a build has no folder but this project's tasks",
                "replace it by a version of a module, or move the packages below this go.mod",
            );
        }
        if let Some(span) = &module.toolchain {
            findings.warning(
                "go-mod",
                span,
                "the toolchain is not chosen here",
                "tasks are built with the Go of the builder",
                "take the line out",
            );
        }
        if let Some(minor) = module.minor().filter(|minor| *minor < LISTS_ALL)
            && let Some((_, span)) = &module.go
        {
            findings.error(
                "go-mod",
                span,
                format!("a go.mod of Go 1.{minor} does not list all modules"),
                "too old to be built from",
                format!("run `go mod tidy -go=1.26` in {folder}/, and commit go.mod and go.sum"),
            );
        }
    }
}

/// A package of the project: one that may be imported here.
fn own(folder: &str, from: &str, import: &Import<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    let files = parts.packages.get(folder);
    let package = files.and_then(|files| files.iter().find_map(|part| part.head.package.as_ref()));
    if package.is_some_and(|package| package.text == "main") {
        findings.error(
            "go-import",
            &import.span,
            format!("{folder} is a program: `package main`"),
            "only other packages can be imported",
            "move what is shared into a folder of its own, with a package name of its own",
        );
    }
    // Go's own rule, which does not see the folders as they are here.
    let inner = format!("{folder}/");
    if let Some((above, _)) = inner.split_once("/internal/")
        && !from.starts_with(&format!("{above}/"))
    {
        findings.error(
            "go-import",
            &import.span,
            format!("{folder} is internal to {above}"),
            format!("only files below {above} may import it"),
            "move it out of the folder `internal`",
        );
    }
}

fn unrequired(import: &Import<'_>, parts: &Parts<'_>, findings: &mut Findings) {
    let (label, help) = match &parts.module {
        Some((folder, _)) => (
            format!("no `require` of {folder}/{GO_MOD} provides it"),
            format!("run `go mod tidy` in {folder}/, and commit go.mod and go.sum"),
        ),
        None => (format!("there is no {TASKS}/{GO_MOD} that requires it"), start()),
    };
    findings.error(
        "go-import",
        &import.span,
        format!("nothing says which version of `{}` to take", import.path),
        label,
        help,
    );
}

fn start() -> String {
    format!("run `go mod init tasks && go mod tidy` in {TASKS}/, and commit go.mod and go.sum")
}
