//! The runner as the agent of its lattices.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::serve::Desk;
use crate::deploy::Word;

/// Before a lattice that does not answer is connected to again.
const PAUSE: Duration = Duration::from_secs(5);

/// Says which hosts of one environment may take messages, until the shutdown.
pub(super) async fn agent(desk: Arc<Desk>, environment: String, shutdown: CancellationToken) {
    let Some(services) = desk.environments.get(&environment) else {
        return;
    };
    while !shutdown.is_cancelled() {
        match services.destination().await {
            Ok(destination) => {
                destination
                    .watch_over(&shutdown, |heard| match heard {
                        Ok(Word {
                            application,
                            host,
                            takes,
                        }) => tracing::info!(environment, application, host, takes, "a host was told"),
                        Err(error) => tracing::warn!(environment, %error, "the lattice cannot be watched"),
                    })
                    .await;
            }
            Err(error) => tracing::warn!(environment, %error, "the lattice cannot be watched"),
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = shutdown.cancelled() => {}
        }
    }
}
