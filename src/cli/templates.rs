//! `pelato templates`, and `pelato templates show NAME`

use std::path::Path;

use serde::Serialize;

use super::CommandError;
use super::args::{TemplatesCommand, TemplatesDir, TemplatesShow};
use super::folder::templates;
use super::printer::Printer;
use crate::config::{Flags, Settings, Variables};
use crate::generate::{Draft, Template, Templates};
use crate::services::ServiceError;

/// What no function can do, whatever its template.
const LIMITS: &str = "\
A function is WebAssembly: encoding/json, time, regexp, math, strings and crypto work,
and so do clocks, random numbers, and goroutines within one call. There are no sockets
(net, net/http), no other programs (os/exec), no files, no cgo, and nothing goes on after
the call. docs/reference/go.md has the whole list.";

#[derive(Serialize)]
struct ListJson<'t> {
    templates: Vec<LineJson<'t>>,
}

#[derive(Serialize)]
struct LineJson<'t> {
    name: &'t str,
    aliases: &'t [String],
    summary: &'t str,
    from: &'t str,
}

#[derive(Serialize)]
struct ShownJson<'t> {
    #[serde(flatten)]
    line: LineJson<'t>,
    doc: &'t str,
    signatures: &'t [String],
    keys: Vec<KeyJson<'t>>,
    limits: &'static str,
    example: ExampleJson,
}

#[derive(Serialize)]
struct KeyJson<'t> {
    name: &'t str,
    kind: &'static str,
    required: bool,
    default: Option<&'t str>,
    doc: &'t str,
}

#[derive(Serialize)]
struct ExampleJson {
    task: String,
    code: String,
    cases: Option<String>,
}

/// Lists the templates, or explains one.
pub(super) fn run(command: &TemplatesCommand, printer: &Printer) -> Result<bool, CommandError> {
    match &command.show {
        None => list(&all(&command.templates)?, command.json, printer),
        Some(TemplatesShow::Show { name, templates, json }) => {
            let dir = templates.dir.clone().or_else(|| command.templates.dir.clone());
            let templates = all(&TemplatesDir { dir })?;
            let template = templates.named(name).map_err(CommandError::Usage)?;
            show(template, *json || command.json, printer)
        }
    }
}

/// Pelato's own, and those of the folder that is named.
pub(super) fn all(named: &TemplatesDir) -> Result<Templates, CommandError> {
    let flags = Flags {
        templates: named.dir.clone(),
        ..Flags::default()
    };
    let settings = Settings::of(&Variables::read(Path::new("."))?, &flags)?;
    match &settings.templates {
        Some(dir) => templates(dir),
        None => Ok(Templates::builtin().map_err(ServiceError::from)?),
    }
}

fn list(templates: &Templates, json: bool, printer: &Printer) -> Result<bool, CommandError> {
    if json {
        printer.json(&ListJson {
            templates: templates.all().map(line).collect(),
        });
        return Ok(true);
    }
    let width = templates
        .all()
        .map(|template| template.spec().name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for template in templates.all() {
        let LineJson {
            name, aliases, summary, ..
        } = line(template);
        let mut notes: Vec<String> = Vec::new();
        if !aliases.is_empty() {
            notes.push(format!("also {}", aliases.join(", ")));
        }
        notes.extend(template.place().map(|place| format!("from {place}")));
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join("; "))
        };
        text.push_str(&format!("{name:width$}  {summary}{notes}\n"));
    }
    printer.bytes(text.as_bytes()).map_err(CommandError::Output)?;
    printer.say("`pelato templates show NAME` explains one");
    Ok(true)
}

fn line(template: &Template) -> LineJson<'_> {
    let spec = template.spec();
    LineJson {
        name: &spec.name,
        aliases: &spec.aliases,
        summary: template.summary(),
        from: template.place().unwrap_or("pelato"),
    }
}

fn show(template: &Template, json: bool, printer: &Printer) -> Result<bool, CommandError> {
    let spec = template.spec();
    let keys = spec.keys.iter().map(|key| KeyJson {
        name: &key.name,
        kind: key.kind.as_str(),
        required: key.required,
        default: key.default.as_deref(),
        doc: &key.doc,
    });
    let example = template.example();
    let shown = ShownJson {
        line: line(template),
        doc: &spec.doc,
        signatures: &spec.signatures,
        keys: keys.collect(),
        limits: LIMITS,
        example: ExampleJson {
            task: Draft::of(template).task(template),
            code: example.code,
            cases: example.cases,
        },
    };
    match json {
        true => printer.json(&shown),
        false => printer.bytes(text(&shown).as_bytes()).map_err(CommandError::Output)?,
    }
    Ok(true)
}

fn text(shown: &ShownJson<'_>) -> String {
    let mut parts = vec![format!("{}: {}", shown.line.name, shown.line.summary)];
    if !shown.line.aliases.is_empty() {
        parts.push(format!("Older names: {}", shown.line.aliases.join(", ")));
    }
    parts.push(wrapped(shown.doc, 88));
    parts.push(format!(
        "Keys of a task, beside name, type, code, targets, component_name and version:\n{}",
        table(&shown.keys)
    ));
    let signatures: Vec<String> = shown.signatures.iter().map(|one| format!("  {one}")).collect();
    parts.push(format!("The function is one of:\n{}", signatures.join("\n")));
    parts.push(shown.limits.to_owned());
    parts.push(format!(
        "In workflow.yaml:\n\n{}",
        indented(&format!("tasks:\n{}", shown.example.task))
    ));
    parts.push(format!("The function:\n\n{}", indented(&shown.example.code)));
    if let Some(cases) = &shown.example.cases {
        parts.push(format!("Its cases:\n\n{}", indented(cases)));
    }
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

fn table(keys: &[KeyJson<'_>]) -> String {
    let width = keys.iter().map(|key| key.name.len()).max().unwrap_or(0);
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let needed = match (key.required, key.default) {
                (true, _) => "required".to_owned(),
                (false, Some(default)) => format!("default {default}"),
                (false, None) => "optional".to_owned(),
            };
            format!("  {:width$}  {}, {needed}. {}", key.name, key.kind, key.doc)
        })
        .collect();
    match lines.is_empty() {
        true => "  none".to_owned(),
        false => lines.join("\n"),
    }
}

fn indented(text: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        }
    };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Lines of at most so many characters, where words allow it.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
