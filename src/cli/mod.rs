//! The command line: one file per command.

use std::process::ExitCode;

/// Runs the program and gives its exit code.
pub async fn main() -> ExitCode {
    ExitCode::SUCCESS
}
