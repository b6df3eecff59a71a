//! `pelato check`

mod github;
mod json;
mod sarif;

pub(super) use self::github::annotations;
pub(super) use self::json::DiagnosticJson;
use super::CommandError;
use super::actions::Told;
use super::args::{Check, Format};
use super::folder::open;
use super::printer::Printer;
use crate::config::Flags;
use crate::document::{Diagnostics, Severity};
use crate::pipeline::{self, Examined};
use crate::report::counted;

/// Checks, and touches nothing.
pub(super) fn run(command: &Check, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &Flags::default())?;
    let examined = pipeline::examine(&opened.projects, &opened.services);
    let format = match command.json {
        true => Format::Json,
        false => command.format,
    };
    match format {
        Format::Human => for_people(&examined, printer),
        Format::Json => printer.json(&json::document(&examined)),
        Format::Sarif => printer.json(&sarif::log(&examined)),
        Format::Github => {
            for annotation in all(&examined).flat_map(annotations) {
                printer.show(&annotation);
            }
        }
    }
    let right = examined.iter().all(Examined::is_right);
    printer.tell(&Told::of_check(all(&examined), right));
    match right {
        true => Ok(true),
        false => Err(CommandError::Invalid),
    }
}

/// What was found in each file, where something was.
fn all(examined: &[Examined]) -> impl Iterator<Item = &Diagnostics> {
    let files = examined.iter().flat_map(|project| &project.diagnostics);
    files.filter(|diagnostics| !diagnostics.is_empty())
}

/// How many findings there are of a severity.
fn count(examined: &[Examined], severity: Severity) -> usize {
    let items = all(examined).flat_map(|diagnostics| &diagnostics.items);
    items.filter(|item| item.severity == severity).count()
}

fn for_people(examined: &[Examined], printer: &Printer) {
    for diagnostics in all(examined) {
        printer.diagnostics(diagnostics);
    }
    if !examined.iter().all(Examined::is_right) {
        return;
    }
    let workflows = examined.iter().filter_map(|project| project.workflow.as_ref());
    let tasks: usize = workflows.map(|workflow| workflow.tasks.len()).sum();
    let are = if tasks == 1 { "is" } else { "are" };
    let mut sum = format!("done: {} {are} right", counted(tasks, "task"));
    for severity in [Severity::Warning, Severity::Note] {
        match count(examined, severity) {
            0 => {}
            found => sum.push_str(&format!(", {}", counted(found, severity.name()))),
        }
    }
    printer.say(&sum);
}
