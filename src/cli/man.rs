//! `pelato man`

use clap_mangen::Man as Page;

use super::CommandError;
use super::args::Man;
use super::printer::Printer;

/// Prints the page of the program, or writes those of all its commands.
pub(super) fn run(command: &Man, printer: &Printer) -> Result<bool, CommandError> {
    let program = super::command();
    let Some(dir) = &command.dir else {
        let mut page = Vec::new();
        Page::new(program).render(&mut page).map_err(CommandError::Output)?;
        printer.bytes(&page).map_err(CommandError::Output)?;
        return Ok(true);
    };
    let failed = |error| CommandError::Usage(format!("cannot write manual pages to {}: {error}", dir.display()));
    std::fs::create_dir_all(dir).map_err(failed)?;
    clap_mangen::generate_to(program, dir).map_err(failed)?;
    printer.say(&format!("done: the manual pages are in {}", dir.display()));
    Ok(true)
}
