//! `pelato runs`, `pelato logs RUN`, `pelato cancel RUN`

use std::path::Path;

use secrecy::SecretString;
use time::format_description::well_known::Rfc3339;

use super::CommandError;
use super::args::{At, Cancel, Logs, Runs};
use super::printer::Printer;
use super::table::table;
use crate::client::{Asked, RunJson, Runner, Wanted};
use crate::config::Variables;

/// Where a runner listens that nobody configured otherwise.
const HERE: &str = "http://127.0.0.1:8080";

/// Lists what a runner ran, newest first.
pub(super) async fn run(command: &Runs, printer: &Printer) -> Result<bool, CommandError> {
    let wanted = Wanted {
        repository: command.repository.clone(),
        state: command.state.clone(),
        after: command.after.clone(),
        limit: command.limit,
    };
    let page = runner(&command.at)?.runs(&wanted).await?;
    if command.json {
        printer.json(&page);
        return Ok(true);
    }
    if page.runs.is_empty() {
        printer.say("there are no such runs");
        return Ok(true);
    }
    let head = ["RUN", "STATE", "REPOSITORY", "REF", "COMMIT", "ENVIRONMENT", "CREATED"];
    let rows: Vec<Vec<String>> = page.runs.iter().map(row).collect();
    printer
        .bytes(table(&head, &rows).as_bytes())
        .map_err(CommandError::Output)?;
    if let Some(next) = &page.next {
        printer.say(&format!("older ones: --after {next}"));
    }
    Ok(true)
}

/// Prints a run's log.
pub(super) async fn logs(command: &Logs, printer: &Printer) -> Result<bool, CommandError> {
    let log = runner(&command.at)?.log(&command.run).await?;
    printer.bytes(log.as_bytes()).map_err(CommandError::Output)?;
    Ok(true)
}

/// Cancels a run.
pub(super) async fn cancel(command: &Cancel, printer: &Printer) -> Result<bool, CommandError> {
    let asked = runner(&command.at)?.cancel(&command.run).await?;
    let (run, text) = match &asked {
        Asked::Cancelled(run) => (run, "is cancelled"),
        Asked::Stopping(run) => (run, "is asked to stop"),
    };
    if command.json {
        printer.json(run);
    } else {
        printer.say(&format!("the run {} {text}", run.id));
    }
    Ok(true)
}

fn runner(at: &At) -> Result<Runner, CommandError> {
    let variables = Variables::read(Path::new("."))?;
    let server = at.server.as_deref().or_else(|| variables.get("PELATO_SERVER"));
    let token = variables.get("PELATO_API_TOKEN").map(SecretString::from);
    Ok(Runner::new(server.unwrap_or(HERE), token)?)
}

fn row(run: &RunJson) -> Vec<String> {
    let commit: String = run.commit.chars().take(12).collect();
    vec![
        run.id.clone(),
        run.state.to_string(),
        run.repository.clone(),
        run.reference.trim_start_matches("refs/heads/").to_owned(),
        commit,
        run.environment.clone(),
        moment(run),
    ]
}

/// To the second, in UTC.
fn moment(run: &RunJson) -> String {
    let at = run.created_at.format(&Rfc3339).unwrap_or_default();
    at.get(..19).unwrap_or(&at).replace('T', " ")
}
