//! The log store as a sink.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::{Event, Sink, line};
use crate::queue::Queue;

/// How long lines are gathered before they are stored: each store is a write to
/// the disk.
const GATHER: Duration = Duration::from_millis(200);

/// Writes a run's events to its log in the store. Bounded there: past a log's
/// limit the store drops lines.
pub struct Log {
    lines: UnboundedSender<String>,
}

impl Log {
    /// A log of `run`, and the task that stores it. The task ends when the log is
    /// dropped and all is stored: wait for it, so that a finished run has its
    /// whole log.
    pub fn start(queue: Arc<dyn Queue>, run: &str) -> (Arc<Self>, JoinHandle<()>) {
        let (sender, receiver) = unbounded_channel();
        let storing = tokio::spawn(store(queue, run.to_owned(), receiver));
        (Arc::new(Self { lines: sender }), storing)
    }
}

impl Sink for Log {
    fn take(&self, event: &Event) {
        if let Some(text) = line(event) {
            // The receiver lives as long as this sender.
            let _ = self.lines.send(text);
        }
    }
}

async fn store(queue: Arc<dyn Queue>, run: String, mut lines: UnboundedReceiver<String>) {
    while let Some(first) = lines.recv().await {
        let mut chunk = first + "\n";
        let until = Instant::now() + GATHER;
        // Where nobody says anything any more, nothing is waited for: the run ends then.
        while let Ok(Some(line)) = timeout_at(until, lines.recv()).await {
            chunk.push_str(&line);
            chunk.push('\n');
        }
        if let Err(error) = queue.append_log(&run, &chunk).await {
            tracing::warn!(%error, run, "a part of the log could not be stored");
        }
    }
}
