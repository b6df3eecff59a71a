//! Local deployments go on: after a restart of the runner, and while it serves.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::serve::Desk;
use crate::services::Services;

/// Between two looks whether a local host is still there.
const PAUSE: Duration = Duration::from_secs(10);

/// At the end, of a host that may be busy.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Starts the hosts of all local environments that were ended, now and whenever one
/// ends that still has something to run.
pub(super) async fn keep(desk: Arc<Desk>, shutdown: CancellationToken) {
    let each = desk
        .environments
        .iter()
        .map(|(name, services)| one(name, services, &shutdown));
    futures_util::future::join_all(each).await;
}

async fn one(name: &str, services: &Services, shutdown: &CancellationToken) {
    let mut before = None;
    loop {
        let found = tokio::select! {
            found = services.wake() => found.map_err(|error| error.to_string()),
            () = shutdown.cancelled() => break,
        };
        match &found {
            Ok(None) => return,
            // Only what is news.
            _ if before.as_ref() == Some(&found) => {}
            Ok(Some(0)) => {}
            Ok(Some(count)) => tracing::info!(environment = name, applications = count, "local deployments run"),
            Err(error) => tracing::error!(environment = name, %error, "local deployments do not run"),
        }
        before = Some(found);
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = shutdown.cancelled() => break,
        }
    }
    // What was deployed since counts too.
    if let Ok(Ok(Some(count @ 1..))) = timeout(LAST_LOOK, services.wake()).await {
        tracing::info!(
            environment = name,
            applications = count,
            "local deployments go on without the runner"
        );
    }
}
