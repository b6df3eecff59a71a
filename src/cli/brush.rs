//! `pelato brush`

use super::CommandError;
use super::args::Deploying;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::conclude;
use crate::pipeline::{self, Goal};

/// Everything in order.
pub(super) async fn run(command: &Deploying, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.stages.folder, &command.stages.flags())?;
    let reporter = printer.reporter(&opened.services);
    let cancel = interrupted();
    let request = command.pruning(opened.request());
    pipeline::generate(&request, &opened.origin.top, &[], &opened.services, &reporter)?;
    let outcome = pipeline::run(&request, Goal::Brush, &opened.services, &reporter, &cancel).await?;
    Ok(conclude(&outcome, &opened, &command.stages, printer))
}
