//! Waiting for a condition, with a deadline.

use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

/// How long a part may take to become ready on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks `ready` until it has an answer. `what` is waited for in the error.
pub(crate) async fn until<T>(
    what: &str,
    mut ready: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(value) = ready().await? {
            return Ok(value);
        }
        if Instant::now() > end {
            bail!("{what}: not within {} seconds", LIMIT.as_secs());
        }
        sleep(Duration::from_millis(20)).await;
    }
}
