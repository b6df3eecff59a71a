//! A command that ended early, as programs read it.

use serde::Serialize;

use super::CommandError;
use super::args::{Command, Format, TemplatesShow};
use super::check::DiagnosticJson;
use crate::document::Diagnostics;
use crate::pipeline::RunError;

/// The one JSON document of a command that has no result, as `docs/reference/json.md` has it.
#[derive(Serialize)]
pub(super) struct EarlyJson<'e> {
    success: bool,
    error: String,
    diagnostics: Vec<DiagnosticJson<'e>>,
}

impl<'e> EarlyJson<'e> {
    pub(super) fn of(error: &'e CommandError) -> Self {
        let diagnostics: Vec<&Diagnostics> = match error {
            CommandError::Run(RunError::Workflow(all)) => all.iter().collect(),
            CommandError::Configuration(one) => vec![one],
            CommandError::Templates(error) => error.diagnostics(),
            _ => Vec::new(),
        };
        let wrong = "what was read is wrong".to_owned();
        Self {
            success: false,
            error: match error {
                CommandError::Templates(error) if !diagnostics.is_empty() => std::iter::once(wrong)
                    .chain(error.files())
                    .collect::<Vec<_>>()
                    .join("; "),
                _ if !diagnostics.is_empty() => wrong,
                _ => error.to_string(),
            },
            diagnostics: diagnostics.into_iter().flat_map(DiagnosticJson::of).collect(),
        }
    }
}

/// Whether a command was asked for JSON.
pub(super) fn wants_json(command: &Command) -> bool {
    match command {
        Command::Gen(command) => command.json,
        Command::Build(command) | Command::Remove(command) => command.json,
        Command::Deploy(command) | Command::Brush(command) => command.stages.json,
        Command::Plan(command) => command.json,
        Command::Check(command) => command.json || command.format == Format::Json,
        Command::Rollback(command) => command.json,
        Command::Promote(command) => command.json,
        Command::Status(command) => command.json,
        Command::Runs(command) => command.json,
        Command::Cancel(command) => command.json,
        #[cfg(feature = "local")]
        Command::Invoke(command) => command.json,
        #[cfg(feature = "local")]
        Command::Test(command) => command.json,
        Command::Doctor(command) => command.json,
        Command::Drain(command) => command.json,
        Command::New(command) => command.json,
        Command::Templates(command) => match &command.show {
            Some(TemplatesShow::Show { json, .. }) => *json || command.json,
            None => command.json,
        },
        _ => false,
    }
}
