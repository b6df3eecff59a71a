//! Wake-ups within one process. They save waiting, and nothing depends on them:
//! who waits also looks by itself from time to time.

use tokio::sync::watch;

/// What changed; each value is only a counter.
#[derive(Clone)]
pub struct Signals {
    work: watch::Sender<u64>,
    cancels: watch::Sender<u64>,
    statuses: watch::Sender<u64>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            work: watch::Sender::new(0),
            cancels: watch::Sender::new(0),
            statuses: watch::Sender::new(0),
        }
    }
}

impl Signals {
    /// There may be something to lease.
    pub fn work(&self) -> watch::Receiver<u64> {
        self.work.subscribe()
    }

    /// Somebody asked to cancel a run that is going on.
    pub fn cancels(&self) -> watch::Receiver<u64> {
        self.cancels.subscribe()
    }

    /// There may be a status to send.
    pub fn statuses(&self) -> watch::Receiver<u64> {
        self.statuses.subscribe()
    }

    pub(super) fn announce_work(&self) {
        self.work.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn announce_cancel(&self) {
        self.cancels.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn announce_status(&self) {
        self.statuses.send_modify(|count| *count = count.wrapping_add(1));
    }
}
