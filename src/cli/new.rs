//! `pelato new`

mod ask;
mod place;

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, stdin};
use std::path::Path;

use serde::Serialize;

use self::ask::{Questions, answer};
use super::CommandError;
use super::args::New;
use super::printer::Printer;
use crate::generate::{Draft, Template, Templates};
use crate::pipeline::{RunError, prepare};
use crate::report::counted;
use crate::source::ProjectFiles;

/// What a project begins with where nobody says: the quickest to try.
const TEMPLATE: &str = "http_producer_nats";

#[derive(Serialize)]
struct NewJson<'n> {
    dir: String,
    template: &'n str,
    component_name: &'n str,
    files: &'n [String],
    kept: &'n [String],
}

/// Writes a project, and overwrites nothing.
pub(super) fn run(command: &New, printer: &Printer) -> Result<bool, CommandError> {
    place::is_free(&command.dir)?;
    let templates = super::templates::all(&command.templates)?;
    let (template, draft) = match stdin().is_terminal() && !command.defaults && !command.json {
        true => {
            let line = |question: &str| {
                printer.ask(question);
                let mut line = String::new();
                let read = stdin().lock().read_line(&mut line);
                read.is_ok_and(|bytes| bytes > 0).then_some(line)
            };
            asked(command, &templates, Questions::new(line))?
        }
        false => {
            let template = templates.named(command.template.as_deref().unwrap_or(TEMPLATE));
            let template = template.map_err(CommandError::Usage)?;
            (template, given(command, template))
        }
    };
    let files = draft.files(template);
    check(&files, &templates)?;
    let placed = place::write(&command.dir, &files)?;
    if command.json {
        printer.json(&NewJson {
            dir: command.dir.display().to_string(),
            template: &template.spec().name,
            component_name: &draft.component_name,
            files: &placed.written,
            kept: &placed.kept,
        });
    }
    said(command, &placed, printer);
    Ok(true)
}

fn said(command: &New, placed: &place::Placed, printer: &Printer) {
    for file in &placed.written {
        printer.say(&format!("  {file}"));
    }
    for file in &placed.kept {
        let wish = if file == ".gitignore" {
            ": it should have gen/ and .env in it"
        } else {
            ""
        };
        printer.say(&format!("  {file} was there, and is as it was{wish}"));
    }
    let mut rest = match command.dir.as_path() {
        dir if dir == Path::new(".") => String::new(),
        dir => format!(" {}", dir.display()),
    };
    if let Some(dir) = &command.templates.dir {
        rest.push_str(&format!(" --templates {}", dir.display()));
    }
    let written = counted(placed.written.len(), "file");
    printer.say(&format!("done: {written}. Next:"));
    let width = format!("pelato test{rest}").len();
    for (what, why) in [
        ("test", "runs its cases"),
        ("dev", "runs it here, and rebuilds what you save"),
    ] {
        let call = format!("pelato {what}{rest}");
        printer.say(&format!("  {call:width$}    # {why}"));
    }
}

/// The template's example, with what the flags say.
fn given(command: &New, template: &Template) -> Draft {
    let mut draft = Draft::of(template);
    draft.project_name = command.name.clone().unwrap_or_else(|| folder_name(&command.dir));
    if let Some(task) = &command.task {
        draft.call(task);
    }
    if !command.targets.is_empty() {
        draft.targets.clone_from(&command.targets);
    }
    draft.keys.extend(command.keys.iter().cloned());
    draft
}

/// The project's name where nobody says one.
fn folder_name(dir: &Path) -> String {
    let path = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "My project".to_owned())
}

/// The same, asking for what no flag says.
fn asked<'t, L: FnMut(&str) -> Option<String>>(
    command: &New,
    templates: &'t Templates,
    mut questions: Questions<L>,
) -> Result<(&'t Template, Draft), CommandError> {
    let template = match &command.template {
        Some(name) => templates.named(name).map_err(CommandError::Usage)?,
        None => questions.template(templates, TEMPLATE)?,
    };
    let mut draft = given(command, template);
    let wrong = |draft: &Draft| {
        check(&draft.files(template), templates)
            .err()
            .map(|error| brief(&error))
    };
    if command.name.is_none() {
        answer(
            &mut questions,
            &mut draft,
            "Project",
            |draft| &mut draft.project_name,
            &wrong,
        )?;
    }
    if command.task.is_none() {
        loop {
            let named = questions.text("Task (its component_name)", &draft.component_name)?;
            let mut tried = draft.clone();
            tried.call(&named);
            match wrong(&tried) {
                None => break draft = tried,
                Some(reason) => questions.again(&reason),
            }
        }
    }
    if command.targets.is_empty() {
        loop {
            let text = questions.text("Targets (host-type labels, with commas)", &draft.targets.join(", "))?;
            let mut tried = draft.clone();
            tried.targets = text.split(',').map(|target| target.trim().to_owned()).collect();
            match wrong(&tried) {
                None => break draft = tried,
                Some(reason) => questions.again(&reason),
            }
        }
    }
    for key in &template.spec().keys {
        let has = draft.keys.contains_key(&key.name);
        if has && !command.keys.iter().any(|(name, _)| *name == key.name) {
            let question = format!("{}: {}", key.name, key.doc.trim_end_matches('.'));
            let name = key.name.clone();
            answer(
                &mut questions,
                &mut draft,
                &question,
                move |draft| draft.keys.entry(name.clone()).or_default(),
                &wrong,
            )?;
        }
    }
    Ok((template, draft))
}

/// Whether `pelato check` would let the project pass.
fn check(files: &BTreeMap<String, Vec<u8>>, templates: &Templates) -> Result<(), RunError> {
    let project = ProjectFiles {
        path: ".".to_owned(),
        files: files.clone(),
    };
    prepare(&[project], "", None, "default", templates).map(drop)
}

/// The first thing that is wrong, in a line.
fn brief(error: &RunError) -> String {
    match error {
        RunError::Workflow(all) => {
            let first = all.iter().flat_map(|diagnostics| &diagnostics.items).next();
            first.map_or_else(String::new, |item| format!("{}: {}", item.title, item.label))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
