//! `pelato brush`

use super::CommandError;
use super::args::Stages;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::conclude;
use crate::pipeline::{self, Goal};

/// Everything in order.
pub(super) async fn run(command: &Stages, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.flags())?;
    let reporter = printer.reporter();
    let cancel = interrupted();
    let request = opened.request();
    pipeline::generate(&request, &opened.origin.top, &[], &opened.services, &reporter)?;
    let outcome = pipeline::run(&request, Goal::Brush, &opened.services, &reporter, &cancel).await?;
    Ok(conclude(&outcome, &opened, command, printer))
}
