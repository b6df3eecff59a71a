//! Our own log: to stderr, by `RUST_LOG`, warnings where nothing is set.

use tracing_subscriber::EnvFilter;

use super::printer::Printer;

/// Starts it. A second call changes nothing.
pub(super) fn start(printer: &Printer) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,pelato=info"));
    // An error says that a subscriber is there already.
    let _ = tracing_subscriber::fmt()
        .with_writer(printer.log())
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(printer.colours())
        .try_init();
}
