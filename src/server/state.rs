//! What every handler may use.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::health::StoreCheck;
use super::{Check, Settings};
use crate::queue::Queue;

/// So many bodies past [`super::body`]'s small size are held in memory at once.
const LARGE_BODIES: usize = 4;

pub(super) struct Door {
    pub(super) settings: Settings,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) checks: Vec<Check>,
    pub(super) store: StoreCheck,
    /// Cancelled once the runner takes no more work.
    pub(super) draining: CancellationToken,
    pub(super) large_bodies: Semaphore,
}

impl Door {
    pub(super) fn new(
        settings: Settings,
        queue: Arc<dyn Queue>,
        checks: Vec<Check>,
        draining: CancellationToken,
    ) -> Self {
        Self {
            settings,
            queue,
            checks,
            store: StoreCheck::default(),
            draining,
            large_bodies: Semaphore::new(LARGE_BODIES),
        }
    }
}
