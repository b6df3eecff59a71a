//! `pelato check`

use super::args::Folder;
use super::folder::open;
use super::printer::Printer;
use super::CommandError;
use crate::config::Flags;
use crate::pipeline;

/// Checks, and touches nothing.
pub(super) fn run(command: &Folder, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.dir, &Flags::default())?;
    let prepared = pipeline::check(&opened.request(), &opened.services, &printer.reporter())?;
    let tasks: usize = prepared.projects.iter().map(|project| project.tasks.len()).sum();
    printer.say(&format!("done: {tasks} tasks are right"));
    Ok(true)
}
