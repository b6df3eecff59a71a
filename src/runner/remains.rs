//! What killed runners left is cleared away, at the start and while it serves: their runs
//! go on at once, and nothing of theirs stays.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::presence::{Dead, Presence};
use super::serve::Desk;
use crate::build::{Choice, clear_away};
use crate::queue::Queue;
use crate::report::Reporter;

/// Between two looks: so long a run of another runner that died waits.
const PAUSE: Duration = Duration::from_secs(2);

/// Clears away what the dead left, now and whenever another one dies.
pub(super) async fn clear(
    presence: Arc<Presence>,
    queue: Arc<dyn Queue>,
    desk: Arc<Desk>,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        let looking = Arc::clone(&presence);
        let dead = tokio::task::spawn_blocking(move || looking.dead()).await;
        match dead.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            Ok(dead) => {
                for one in dead {
                    let name = one.name().to_owned();
                    if let Err(error) = one_by_one(one, queue.as_ref(), &desk).await {
                        tracing::warn!(%error, runner = name, "what a killed runner left is not gone yet");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "cannot see whether other runners are alive"),
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Its runs first, since somebody waits for them. It is forgotten once nothing is left, or
/// the rest is tried again.
async fn one_by_one(
    dead: Dead,
    queue: &dyn Queue,
    desk: &Desk,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let name = dead.name().to_owned();
    let runs = queue.abandon(&workers_of(&name)).await?;
    let folder = dead.temporary();
    let processes = tokio::task::spawn_blocking(move || clear_away(&folder)).await??;
    let containers = desk.remove_containers(&name).await?;
    dead.forget()?;
    tracing::info!(
        runner = name,
        runs,
        processes,
        containers,
        "a runner was killed; its runs go on here"
    );
    Ok(())
}

/// How the names of a runner's workers begin.
pub(super) fn workers_of(runner: &str) -> String {
    format!("{runner}/")
}

impl Desk {
    /// Of a runner that is dead. All environments build in one place.
    async fn remove_containers(&self, runner: &str) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        let Some(services) = self.environments.values().next() else {
            return Ok(0);
        };
        if matches!(services.building().choice, Choice::Local) {
            return Ok(0);
        }
        let builder = services.builder(&Reporter::default()).await?;
        match builder.docker() {
            Some(docker) => Ok(docker.remove_all_of(runner).await?),
            None => Ok(0),
        }
    }
}
