//! The `pelato` program: parses arguments, starts telemetry, exits with a code.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    pelato::cli::main().await
}
