//! Whether a remote still says something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What is heard from a remote while it is fetched from, for whoever waits. libgit2 waits
/// for ever for a remote that says nothing, and only asks back when it says something.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pulse {
    begun: Instant,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Milliseconds after the beginning.
    heard: AtomicU64,
    /// All that was to come is here.
    complete: AtomicBool,
    given_up: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            shared: Arc::default(),
        }
    }
}

impl Pulse {
    /// How long nothing has been heard; nothing once all is here.
    pub fn silence(&self) -> Duration {
        if self.shared.complete.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        let heard = Duration::from_millis(self.shared.heard.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(heard)
    }

    /// Nobody waits any more: the fetch ends with the next thing that is heard.
    pub fn give_up(&self) {
        self.shared.given_up.store(true, Ordering::Relaxed);
    }

    /// Something was heard. Whether to go on.
    pub(super) fn beat(&self) -> bool {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.shared.heard.store(now, Ordering::Relaxed);
        !self.shared.given_up.load(Ordering::Relaxed)
    }

    pub(super) fn complete(&self) {
        self.shared.complete.store(true, Ordering::Relaxed);
    }
}
