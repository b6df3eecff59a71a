//! The `pelato` program: parses arguments, starts telemetry, exits with a code.

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;

/// musl's own has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A thread that still waits for something, a remote that does not answer, may not keep
/// the process longer than this.
const LAST: Duration = Duration::from_secs(2);

fn main() -> std::io::Result<ExitCode> {
    let runtime = Runtime::new()?;
    let code = runtime.block_on(pelato::cli::main());
    runtime.shutdown_timeout(LAST);
    Ok(code)
}
