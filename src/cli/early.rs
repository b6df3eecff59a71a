//! A command that ended early, as programs read it.

use serde::Serialize;

use super::CommandError;
use super::args::{Command, Format, TemplatesShow};
use super::check::DiagnosticJson;
use crate::document::Diagnostics;
use crate::pipeline::RunError;

/// The one JSON document of a command that has no result, as `docs/json.md` has it.
#[derive(Serialize)]
pub(super) struct EarlyJson<'e> {
    success: bool,
    error: String,
    diagnostics: Vec<DiagnosticJson<'e>>,
}

impl<'e> EarlyJson<'e> {
    pub(super) fn of(error: &'e CommandError) -> Self {
        let diagnostics: &[Diagnostics] = match error {
            CommandError::Run(RunError::Workflow(all)) => all,
            CommandError::Configuration(one) => std::slice::from_ref(one),
            _ => &[],
        };
        Self {
            success: false,
            error: match diagnostics.is_empty() {
                true => error.to_string(),
                false => "what was read is wrong".to_owned(),
            },
            diagnostics: diagnostics.iter().flat_map(DiagnosticJson::of).collect(),
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
        Command::Status(command) => command.json,
        Command::Runs(command) => command.json,
        Command::Cancel(command) => command.json,
        #[cfg(feature = "local")]
        Command::Invoke(command) => command.json,
        #[cfg(feature = "local")]
        Command::Test(command) => command.json,
        Command::Doctor(command) => command.json,
        Command::New(command) => command.json,
        Command::Templates(command) => match &command.show {
            Some(TemplatesShow::Show { json, .. }) => *json || command.json,
            None => command.json,
        },
        _ => false,
    }
}
