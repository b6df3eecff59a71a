//! `exec_task`: declared once, as a function, with a signature that the template takes.

use super::super::TemplateSpec;
use super::{Desk, Looked};
use crate::document::closest;
use crate::golang::{DeclaredKind, Fit, Function, Signature, satisfied, signature};

/// What the author's function is called.
const NAME: &str = "exec_task";
/// A longer signature is not repeated.
const LONGEST: usize = 160;

/// What the function may be: `` `func …` or `func …` ``.
pub(super) fn needed(spec: &TemplateSpec) -> String {
    let quoted: Vec<String> = spec
        .signatures
        .iter()
        .map(|signature| format!("`{signature}`"))
        .collect();
    quoted.join(" or ")
}

impl<'f> Desk<'f> {
    /// Looks for the function among the files of package main.
    pub(super) fn function(&mut self, code: &str, mains: &[&'f str], spec: &TemplateSpec) {
        if self.left_out(code, mains) {
            return;
        }
        let mut found: Vec<(&str, Function<'f>)> = Vec::new();
        let mut certain = true;
        for path in mains {
            let Some(Looked { file, findings, .. }) = self.files.get(path) else {
                continue;
            };
            // It may stand where the text is no Go, or be a variable: the compiler knows.
            certain &= file.broken.is_none() && findings.errors() == 0;
            certain &= file.names.iter().all(|declared| declared.name.text != NAME);
            let functions = file.functions.iter().filter(|function| function.name.text == NAME);
            let functions = functions.filter(|function| function.receiver.is_none());
            found.extend(functions.map(|function| (*path, function.clone())));
        }
        if found.is_empty() && certain {
            return self.missing(code, mains, spec);
        }
        let mut found = found.into_iter();
        let Some((path, first)) = found.next() else {
            return;
        };
        for (other, second) in found {
            let help = format!(
                "the first one is at {}; take one of them out",
                self.place(path, first.span.start)
            );
            if let Some(looked) = self.files.get_mut(other) {
                looked.findings.error(
                    "go-function",
                    &second.name.span,
                    format!("`{NAME}` is declared twice"),
                    "the second one",
                    help,
                );
            }
        }
        self.fits(path, &first, mains, spec);
    }

    /// Go leaves a single file out when its `//go:build` line does not hold.
    fn left_out(&mut self, code: &str, mains: &[&'f str]) -> bool {
        let [path] = mains else { return false };
        let Some(Looked { file, findings, .. }) = self.files.get_mut(path).filter(|_| *path == code) else {
            return false;
        };
        let Some(constraint) = &file.constraint else {
            return false;
        };
        if satisfied(constraint.text) != Some(false) {
            return false;
        }
        findings.error(
            "go-build",
            &constraint.span,
            "Go leaves this file out of a component",
            "this does not hold for `wasip1` on `wasm`",
            "take the line out",
        );
        true
    }

    fn fits(&mut self, path: &'f str, function: &Function<'f>, mains: &[&'f str], spec: &TemplateSpec) {
        let accepted: Vec<Signature> = spec.signatures.iter().filter_map(|text| signature(text)).collect();
        let declared = mains.iter().filter_map(|path| self.files.get(path));
        let names = declared.flat_map(|looked| &looked.file.names);
        let own: Vec<&str> = names
            .filter(|declared| declared.kind == DeclaredKind::Type)
            .map(|declared| declared.name.text)
            .collect();
        let fit = accepted
            .iter()
            .map(|accepted| function.signature.fits(accepted, |name| own.contains(&name)));
        let fit = fit.min().unwrap_or(Fit::Unsure);
        let generic = function.type_parameters.is_some() && !accepted.is_empty();
        if fit != Fit::Different && !generic {
            return;
        }
        let Some(looked) = self.files.get_mut(path) else {
            return;
        };
        let written: Vec<&str> = looked.text[function.span.clone()].split_whitespace().collect();
        let written = written.join(" ");
        let label = match written.len() <= LONGEST {
            true if generic => "it has type parameters".to_owned(),
            true => format!("this is `{written}`"),
            false => "it takes or gives something else".to_owned(),
        };
        looked.findings.error(
            "go-function",
            &function.name.span,
            format!("`{NAME}` is not what the template `{}` takes", spec.name),
            label,
            format!("it has to be {}", needed(spec)),
        );
    }

    fn missing(&mut self, code: &str, mains: &[&'f str], spec: &TemplateSpec) {
        let title = format!("there is no function `{NAME}` in {code}");
        let help = format!("write {}", needed(spec));
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        for path in mains {
            let Some(Looked { file, findings, .. }) = self.files.get_mut(path) else {
                continue;
            };
            if let Some(method) = file.functions.iter().find(|function| function.name.text == NAME) {
                let receiver = method.receiver.unwrap_or_default();
                findings.error(
                    "go-function",
                    &method.name.span,
                    format!("`{NAME}` is a method"),
                    format!("a method, for the `({receiver})` before it"),
                    format!("it has to be {}", needed(spec)),
                );
                return;
            }
            let near = file.functions.iter().find(|function| {
                let name = function.name.text;
                function.receiver.is_none()
                    && name != "main"
                    && (plain(name) == plain(NAME) || closest(name, [NAME]).is_some())
            });
            if let Some(near) = near {
                let label = "did you mean this one?";
                findings.error(
                    "go-function",
                    &near.name.span,
                    title,
                    label,
                    format!("name it `{NAME}`; {help}"),
                );
                return;
            }
        }
        let first = mains.first().and_then(|path| self.files.get_mut(path));
        if let Some(Looked { file, findings, .. }) = first
            && let Some(package) = &file.package
        {
            findings.error("go-function", &package.span, title, "the function is missing", help);
        }
    }

    /// `tasks/a.go:3`
    fn place(&self, path: &str, byte: usize) -> String {
        let text = self.files.get(path).map_or("", |looked| looked.text);
        let line = text.as_bytes()[..byte.min(text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        format!("{}:{line}", self.project.shown(path))
    }
}
