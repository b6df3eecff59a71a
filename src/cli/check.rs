//! `pelato check`

use super::CommandError;
use super::args::Folder;
use super::folder::open;
use super::printer::Printer;
use crate::config::Flags;
use crate::pipeline;
use crate::report::counted;

/// Checks, and touches nothing.
pub(super) fn run(command: &Folder, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(command, &Flags::default())?;
    let prepared = pipeline::check(&opened.request(), &opened.services, &printer.reporter())?;
    let tasks: usize = prepared.projects.iter().map(|project| project.tasks.len()).sum();
    let are = if tasks == 1 { "is" } else { "are" };
    printer.say(&format!("done: {} {are} right", counted(tasks, "task")));
    Ok(true)
}
