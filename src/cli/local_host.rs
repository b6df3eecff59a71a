//! `pelato local-host`, which no one types: see `deploy::serve_host`.

use super::CommandError;
use super::args::LocalHost;
use crate::services::serve_host;

/// Runs the tasks of local deployments until nothing is deployed any more.
pub(super) async fn run(command: &LocalHost) -> Result<bool, CommandError> {
    serve_host(&command.state).await?;
    Ok(true)
}
