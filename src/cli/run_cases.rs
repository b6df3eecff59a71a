//! `pelato run-cases`: the process in which a run has a task's cases executed.

use super::CommandError;
use super::printer::Printer;
use crate::testing::work;

/// Answers one request from stdin.
pub(super) async fn run(printer: &Printer) -> Result<bool, CommandError> {
    let answer = work(std::io::stdin()).await;
    let answer = answer.map_err(|error| CommandError::Usage(format!("this command is for pelato itself: {error}")))?;
    match answer {
        Some(answer) => printer.bytes(&answer).map_err(CommandError::Output)?,
        None => return Ok(false),
    }
    Ok(true)
}
