//! When the next look comes.

use std::time::Duration;

/// A remote that does not answer is asked this seldom at last.
const SELDOM: Duration = Duration::from_secs(3600);
/// The first look comes within this time.
const SOON: Duration = Duration::from_secs(10);

/// The pace of one repository.
pub(super) struct Pace {
    usual: Duration,
    failures: u32,
}

impl Pace {
    pub(super) fn of(usual: Duration) -> Self {
        Self { usual, failures: 0 }
    }

    /// Soon, and not all at once.
    pub(super) fn first(&self) -> Duration {
        part_of(self.usual.min(SOON), 0.0)
    }

    /// Until the next look: from half the usual time to all of it, so that many
    /// repositories, and many runners, do not ask at the same moment. After each failure
    /// it is twice as long.
    pub(super) fn after(&mut self, is_well: bool) -> Duration {
        self.failures = match is_well {
            true => 0,
            false => self.failures.saturating_add(1),
        };
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let longest = self.usual.saturating_mul(factor);
        part_of(longest.min(SELDOM.max(self.usual)), 0.5)
    }
}

/// From `least` of `longest` to all of it.
fn part_of(longest: Duration, least: f64) -> Duration {
    longest.mul_f64(least + (1.0 - least) * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_look_comes_within_the_time_and_never_at_once() {
        let mut pace = Pace::of(5 * MINUTE);
        for _ in 0..1_000 {
            assert!(pace.first() <= SOON);
            let next = pace.after(true);
            assert!((5 * MINUTE / 2..=5 * MINUTE).contains(&next), "{next:?}");
        }
    }

    #[test]
    fn who_does_not_answer_is_asked_ever_less_and_at_last_every_hour() {
        let mut pace = Pace::of(5 * MINUTE);
        for times in [2, 4, 8] {
            let next = pace.after(false);
            assert!(
                (times * 5 * MINUTE / 2..=times * 5 * MINUTE).contains(&next),
                "{next:?}"
            );
        }
        for _ in 0..100 {
            assert!(pace.after(false) <= SELDOM);
        }
        assert!(pace.after(true) <= 5 * MINUTE);
        // Whoever asked for it seldom is not asked more often.
        assert!(Pace::of(SELDOM * 24).after(false) >= SELDOM * 12);
    }
}
