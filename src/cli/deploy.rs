//! `pelato deploy`

use super::CommandError;
use super::args::Deploying;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use super::stages::conclude;
use crate::pipeline::{self, Goal};

/// Deploys what is published.
pub(super) async fn run(command: &Deploying, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.stages.folder, &command.stages.flags())?;
    let reporter = printer.reporter(&opened.services);
    let outcome = pipeline::run(
        &command.pruning(opened.request()),
        Goal::Deploy,
        &opened.services,
        &reporter,
        &interrupted(),
    )
    .await?;
    Ok(conclude(&outcome, &opened, &command.stages, printer))
}
