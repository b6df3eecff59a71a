//! The command line: one file per command. [`printer`] is the only place that
//! prints.

mod actions;
mod agent;
mod args;
mod brush;
mod build;
mod check;
mod completions;
mod deploy;
#[cfg(feature = "local")]
mod dev;
mod doctor;
mod drain;
mod early;
mod exit;
mod folder;
mod r#gen;
mod interrupt;
#[cfg(feature = "local")]
mod invoke;
mod json;
#[cfg(feature = "local")]
mod local_host;
mod man;
mod new;
mod plan;
mod printer;
mod progress;
mod promote;
mod remove;
mod rollback;
#[cfg(feature = "local")]
mod run_cases;
mod runs;
mod schema;
mod serve;
mod stages;
mod status;
mod table;
mod telemetry;
mod templates;
#[cfg(feature = "local")]
mod test;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use self::args::{Args, Command};
pub use self::exit::Exit;
use self::printer::Printer;
use crate::client::ClientError;
use crate::config::DotenvError;
#[cfg(feature = "local")]
use crate::dev::DevError;
use crate::generate::TemplateError;
use crate::pipeline::RunError;
use crate::runner::RunnerError;
use crate::services::ServiceError;

/// What can be typed: all commands with their arguments.
pub fn command() -> clap::Command {
    Args::command()
}

/// Runs the program and gives its exit code, one of [`Exit`].
pub async fn main() -> ExitCode {
    // Wrong usage ends here, with code 2.
    let args = Args::parse();
    let printer = Printer::new();
    telemetry::start(&printer);
    let json = early::wants_json(&args.command);
    let ended = match args.command {
        Command::Gen(command) => r#gen::run(&command, &printer),
        Command::Build(command) => build::run(&command, &printer).await,
        Command::Deploy(command) => deploy::run(&command, &printer).await,
        Command::Brush(command) => brush::run(&command, &printer).await,
        Command::Remove(command) => remove::run(&command, &printer).await,
        Command::Plan(command) => plan::run(&command, &printer).await,
        Command::Rollback(command) => rollback::run(&command, &printer).await,
        Command::Promote(command) => promote::run(&command, &printer).await,
        Command::Status(command) => status::run(&command, &printer).await,
        Command::New(command) => new::run(&command, &printer),
        Command::Templates(command) => templates::run(&command, &printer),
        Command::Check(command) => check::run(&command, &printer),
        Command::Schema(command) => schema::run(&command, &printer),
        #[cfg(feature = "local")]
        Command::Invoke(command) => invoke::run(&command, &printer).await,
        #[cfg(feature = "local")]
        Command::Test(command) => test::run(&command, &printer).await,
        #[cfg(feature = "local")]
        Command::RunCases => run_cases::run(&printer).await,
        #[cfg(feature = "local")]
        Command::Dev(command) => dev::run(&command, &printer).await,
        Command::Serve(command) => serve::run(&command, &printer).await,
        Command::Runs(command) => runs::run(&command, &printer).await,
        Command::Logs(command) => runs::logs(&command, &printer).await,
        Command::Cancel(command) => runs::cancel(&command, &printer).await,
        Command::Agent(command) => agent::run(&command, &printer).await,
        Command::Drain(command) => drain::run(&command, &printer).await,
        Command::Doctor(command) => doctor::run(&command, &printer).await,
        Command::Completions(command) => completions::run(&command, &printer),
        Command::Man(command) => man::run(&command, &printer),
        #[cfg(feature = "local")]
        Command::LocalHost(command) => local_host::run(&command).await,
    };
    match ended {
        Ok(true) => Exit::Done.into(),
        Ok(false) => Exit::Failed.into(),
        Err(error) => {
            printer.error(&error);
            // What was found wrong is a result of `check`, and printed.
            if json && !matches!(error, CommandError::Invalid) {
                printer.json(&early::EarlyJson::of(&error));
            }
            error.exit().into()
        }
    }
}

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Settings(#[from] DotenvError),
    #[error(transparent)]
    Runner(#[from] RunnerError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("{0}")]
    Configuration(#[from] crate::document::Diagnostics),
    /// What is wrong was printed already.
    #[error("the workflow is not right")]
    Invalid,
    #[error(transparent)]
    Templates(#[from] TemplateError),
    #[error("{0}")]
    Usage(String),
    #[error("cannot write to stdout: {0}")]
    Output(std::io::Error),
    #[cfg(feature = "local")]
    #[error(transparent)]
    Dev(#[from] DevError),
}

impl CommandError {
    fn exit(&self) -> Exit {
        match self {
            Self::Run(RunError::Cancelled) => Exit::Interrupted,
            Self::Run(error) if !error.is_input() => Exit::Failed,
            Self::Output(_) => Exit::Failed,
            Self::Client(ClientError::Address(_)) => Exit::Usage,
            Self::Client(_) => Exit::Failed,
            Self::Service(ServiceError::Setting(_)) => Exit::Usage,
            Self::Service(_) => Exit::Failed,
            Self::Runner(RunnerError::Queue(_) | RunnerError::Listen { .. } | RunnerError::Data { .. }) => Exit::Failed,
            #[cfg(feature = "local")]
            Self::Dev(DevError::Sql(_)) => Exit::Usage,
            #[cfg(feature = "local")]
            Self::Dev(_) => Exit::Failed,
            _ => Exit::Usage,
        }
    }
}
