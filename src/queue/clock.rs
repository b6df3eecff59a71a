//! The time, from outside, so that a test can let a lease run out.

use std::sync::Arc;

use time::OffsetDateTime;

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Milliseconds since 1970, UTC: what the store holds.
    pub(super) fn millis(&self) -> i64 {
        let now = (self.0)();
        now.unix_timestamp() * 1000 + i64::from(now.millisecond())
    }
}

/// The machine's clock.
impl Default for Clock {
    fn default() -> Self {
        Self::new(OffsetDateTime::now_utc)
    }
}

/// The reverse of [`Clock::millis`].
pub(super) fn from_millis(millis: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok()
}
