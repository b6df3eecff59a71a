//! How long is waited for what is away.

use std::time::Duration;

use time::OffsetDateTime;

use crate::queue::Run;

/// How long a run waits for what is away, and when it is given up. The default is what
/// `serve` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the second try at most so long, twice as long before the next, and so on:
    /// 1 second.
    pub first: Duration,
    /// Never longer than this by itself: 5 minutes.
    pub longest: Duration,
    /// Never longer than this, whatever is asked for (`Retry-After`): 15 minutes.
    pub asked: Duration,
    /// Once a run has waited so long altogether, it has failed: 1 hour.
    pub altogether: Duration,
    /// How long a forge may say nothing while it is fetched from: 1 minute.
    pub silence: Duration,
}

/// Nobody is asked again at once.
const LEAST: Duration = Duration::from_millis(100);

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            asked: Duration::from_secs(900),
            altogether: Duration::from_secs(3600),
            silence: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// How long to wait before the next try, by chance (`chance` is from 0 to 1): those that
    /// failed together do not come back together. A longer wait that was `asked` for is kept.
    pub(super) fn pause(&self, put_off: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let most = self
            .first
            .saturating_mul(2_u32.saturating_pow(put_off))
            .min(self.longest);
        let own = most.mul_f64(chance).max(LEAST);
        match asked.map(|asked| asked.min(self.asked)) {
            // Not all of them the moment that it is over.
            Some(asked) if asked > own => asked + self.first.mul_f64(chance),
            _ => own,
        }
    }

    /// Whether a run has waited as long as it may.
    pub(super) fn is_over(&self, run: &Run, now: OffsetDateTime) -> bool {
        run.postponed_since.is_some_and(|since| now - since >= self.altogether)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_bounded_and_left_to_chance() {
        let patience = Patience::default();
        let most = |put_off| patience.pause(put_off, None, 1.0).as_secs();
        assert_eq!([0, 1, 2, 8, 9, 40].map(most), [1, 2, 4, 256, 300, 300]);
        assert_eq!(patience.pause(9, None, 0.5).as_secs(), 150);
        assert_eq!(patience.pause(9, None, 0.0), LEAST);
    }

    #[test]
    fn a_longer_wait_that_was_asked_for_is_kept_within_bounds() {
        let patience = Patience::default();
        let asked = |seconds| patience.pause(3, Some(Duration::from_secs(seconds)), 0.5).as_secs_f64();
        assert_eq!([1, 30, 100_000].map(asked), [4.0, 30.5, 900.5]);
    }
}
