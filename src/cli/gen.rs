//! `pelato gen`

use serde::Serialize;

use super::CommandError;
use super::args::Generate;
use super::folder::open;
use super::printer::Printer;
use crate::pipeline;

#[derive(Serialize)]
struct Written {
    project: String,
    files: usize,
    removed: Vec<String>,
    unchanged: bool,
}

/// Writes `gen/`.
pub(super) fn run(command: &Generate, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open(&command.folder, &command.place.flags())?;
    let written = pipeline::generate(
        &opened.request(),
        &opened.origin.top,
        &command.tasks,
        &opened.services,
        &printer.reporter(&opened.services),
    )?;
    let written: Vec<Written> = written
        .into_iter()
        .map(|(project, summary)| Written {
            project,
            files: summary.files,
            removed: summary.removed,
            unchanged: summary.unchanged,
        })
        .collect();
    if command.json {
        printer.json(&serde_json::json!({ "projects": written }));
    }
    for project in &written {
        let place = match project.project.as_str() {
            "." => "gen/".to_owned(),
            folder => format!("{folder}/gen/"),
        };
        printer.say(&match project.unchanged {
            true => format!("done: {place} is up to date"),
            false => format!("done: {} files in {place}", project.files),
        });
    }
    Ok(true)
}
