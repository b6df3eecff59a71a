//! `pelato completions`

use super::CommandError;
use super::args::Completions;
use super::printer::Printer;

/// Prints the script of a shell.
pub(super) fn run(command: &Completions, printer: &Printer) -> Result<bool, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut super::command(), "pelato", &mut script);
    printer.bytes(&script).map_err(CommandError::Output)?;
    Ok(true)
}
