//! The history is kept within its bounds, a little at a time, while everything goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::queue::{Keep, Queue};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(600);
/// Between two steps: whoever wants to write comes in between.
const BREATH: Duration = Duration::from_millis(20);

/// Tidies now and from time to time, until the shutdown.
pub(super) async fn tidy(queue: Arc<dyn Queue>, keep: Keep, shutdown: CancellationToken) {
    let (mut runs, mut logs) = (0, 0);
    while !shutdown.is_cancelled() {
        let pause = match queue.tidy(&keep).await {
            Ok(step) => {
                runs += step.runs;
                logs += step.logs;
                if step.more { BREATH } else { PAUSE }
            }
            Err(error) => {
                tracing::warn!(%error, "the history cannot be tidied");
                PAUSE
            }
        };
        if pause == PAUSE && (runs, logs) != (0, 0) {
            tracing::info!(
                runs,
                logs,
                "runs and logs that were older or more than is kept are gone"
            );
            (runs, logs) = (0, 0);
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = shutdown.cancelled() => {}
        }
    }
}
