//! `pelato serve`

use std::path::Path;

use super::CommandError;
use super::args::Serve;
use super::interrupt::interrupted;
use super::printer::Printer;
use crate::config::{Variables, read_runner};
use crate::runner::{Runner, mask};
use crate::services::build_settings;

/// Serves webhooks until it is told to stop.
pub(super) async fn run(command: &Serve, printer: &Printer) -> Result<bool, CommandError> {
    let path = &command.config;
    let text = std::fs::read_to_string(path).map_err(|error| {
        CommandError::Usage(format!(
            "cannot read {}: {error}; name the file with --config",
            path.display()
        ))
    })?;
    let base = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // The folder may be anybody's checkout: no `.env` is read here.
    let variables = Variables::real();
    let config = read_runner(&path.display().to_string(), &text, base, &variables)?;
    let parallel = variables.get("PARALLEL_BUILD").unwrap_or("True");
    let build = build_settings(&config.builder, parallel, |name| variables.get(name).map(str::to_owned))?;
    printer.hide(mask(&config));
    let stop = interrupted();
    let runner = Runner::start(config, &build).await?;
    if let Some(address) = runner.address() {
        printer.say(&format!("listening on http://{address}"));
    }
    runner.serve(stop).await;
    printer.say("stopped");
    Ok(true)
}
