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
mod early;
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

use clap::Parser as _;

use self::args::{Args, Command};
use self::printer::Printer;
use crate::client::ClientError;
use crate::config::DotenvError;
#[cfg(feature = "local")]
use crate::dev::DevError;
use crate::generate::TemplateError;
use crate::pipeline::RunError;
use crate::runner::RunnerError;
use crate::services::ServiceError;

/// Runs the program and gives its exit code: 0 success, 1 a task or a stage
/// failed, 2 wrong usage or an invalid workflow, 130 interrupted.
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
        Command::Doctor(command) => doctor::run(&command, &printer).await,
        Command::Completions(command) => completions::run(&command, &printer),
        Command::Man(command) => man::run(&command, &printer),
        #[cfg(feature = "local")]
        Command::LocalHost(command) => local_host::run(&command).await,
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            printer.error(&error);
            // What was found wrong is a result of `check`, and printed.
            if json && !matches!(error, CommandError::Invalid) {
                printer.json(&early::EarlyJson::of(&error));
            }
            error.exit_code()
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
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Run(RunError::Cancelled) => ExitCode::from(130),
            Self::Run(error) if !error.is_input() => ExitCode::from(1),
            Self::Output(_) => ExitCode::from(1),
            Self::Client(ClientError::Address(_)) => ExitCode::from(2),
            Self::Client(_) => ExitCode::from(1),
            Self::Service(ServiceError::Setting(_)) => ExitCode::from(2),
            Self::Service(_) => ExitCode::from(1),
            Self::Runner(RunnerError::Queue(_) | RunnerError::Listen { .. } | RunnerError::Data { .. }) => {
                ExitCode::from(1)
            }
            #[cfg(feature = "local")]
            Self::Dev(DevError::Sql(_)) => ExitCode::from(2),
            #[cfg(feature = "local")]
            Self::Dev(_) => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }
}
