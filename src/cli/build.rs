//! `pelato build`

use super::CommandError;
use super::args::Stages;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::conclude;
use crate::pipeline::{self, Goal};

/// Builds and publishes.
pub(super) async fn run(command: &Stages, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.flags())?;
    let reporter = printer.reporter(&opened.services);
    let outcome = pipeline::run(
        &opened.request(),
        Goal::Build,
        &opened.services,
        &reporter,
        &interrupted(),
    )
    .await?;
    Ok(conclude(&outcome, &opened, command, printer))
}
