//! `pelato schema`

use super::CommandError;
use super::args::Folder;
use super::folder::services;
use super::printer::Printer;
use crate::pipeline;

/// Prints the JSON Schema of `workflow.yaml`.
pub(super) fn run(command: &Folder, printer: &Printer) -> Result<bool, CommandError> {
    printer.json(&pipeline::schema(&services(command)?));
    Ok(true)
}
