//! What was seen of a departure so far, and what is to be done about it.

use std::time::Duration;

use time::OffsetDateTime;

/// How often one departure is healed in vain.
pub(super) const MOST: u32 = 3;

/// What was seen in one environment of a repository.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    commit: String,
    found: Vec<String>,
    /// So many looks in a row saw some of it.
    times: u32,
    attempts: u32,
    not_before: Option<OffsetDateTime>,
    gave_up: bool,
}

/// What follows from a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing that was not said.
    Nothing,
    /// All of it is as it should be again.
    Well,
    /// It departs, or departs otherwise than before.
    Departs,
    /// It is to be deployed anew, for the how-manieth time.
    Heal(u32),
    /// It was deployed anew as often as that is done.
    GaveUp,
}

impl Ledger {
    /// Takes a look in: how what is deployed departs from `commit`, each in words that are
    /// the same while it is. It is healed once two looks in a row saw it, since somebody
    /// may be at work on it, and where `may_heal` holds.
    pub(super) fn take(
        &mut self,
        commit: &str,
        found: Vec<String>,
        may_heal: bool,
        pause: Duration,
        now: OffsetDateTime,
    ) -> Step {
        if self.commit != commit {
            *self = Self {
                commit: commit.to_owned(),
                ..Self::default()
            };
        }
        if found.is_empty() {
            let was_well = self.found.is_empty();
            *self = Self {
                commit: commit.to_owned(),
                ..Self::default()
            };
            return if was_well { Step::Nothing } else { Step::Well };
        }
        let stays = found.iter().any(|one| self.found.contains(one));
        let is_news = found != self.found;
        self.times = if stays { self.times.saturating_add(1) } else { 1 };
        self.found = found;
        let said = if is_news { Step::Departs } else { Step::Nothing };
        let waits = self.not_before.is_some_and(|moment| now < moment);
        if !may_heal || self.gave_up || self.times < 2 || waits {
            return said;
        }
        if self.attempts == MOST {
            self.gave_up = true;
            return Step::GaveUp;
        }
        self.attempts += 1;
        // What a heal changes may take a while to show.
        self.not_before = Some(now + pause * (1 << self.attempts));
        Step::Heal(self.attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(60);

    /// One look each minute.
    #[derive(Default)]
    struct Looks {
        ledger: Ledger,
        minute: u32,
    }

    impl Looks {
        fn take(&mut self, commit: &str, found: &[&str], may_heal: bool) -> Step {
            self.minute += 1;
            let found = found.iter().map(|one| (*one).to_owned()).collect();
            let now = OffsetDateTime::UNIX_EPOCH + PAUSE * self.minute;
            self.ledger.take(commit, found, may_heal, PAUSE, now)
        }
    }

    #[test]
    fn what_departs_is_said_once_and_what_is_well_again_too() {
        let mut looks = Looks::default();
        let steps = [&[][..], &["a"], &["a"], &["a", "b"], &["b"], &[], &[]].map(|found| looks.take("1", found, false));
        let (departs, nothing) = (Step::Departs, Step::Nothing);
        assert_eq!(
            steps,
            [nothing, departs, nothing, departs, departs, Step::Well, nothing]
        );
    }

    #[test]
    fn what_two_looks_saw_is_healed_and_what_one_saw_is_not() {
        let mut looks = Looks::default();
        assert_eq!(looks.take("1", &["a"], true), Step::Departs);
        assert_eq!(looks.take("1", &[], true), Step::Well);
        assert_eq!(looks.take("1", &["a"], true), Step::Departs);
        // Somebody is at work: something else each time.
        assert_eq!(looks.take("1", &["b"], true), Step::Departs);
        assert_eq!(looks.take("1", &["b", "c"], true), Step::Heal(1));
    }

    #[test]
    fn it_is_healed_ever_less_often_and_at_last_not_any_more() {
        let mut looks = Looks::default();
        let mut healed = Vec::new();
        for _ in 0..40 {
            match looks.take("1", &["a"], true) {
                Step::Heal(_) | Step::GaveUp => healed.push(looks.minute),
                _ => {}
            }
        }
        assert_eq!(healed, [2, 4, 8, 16], "three times, and then it is given up");
        // Another head begins anew, and so does what was well meanwhile.
        assert_eq!(looks.take("2", &["a"], true), Step::Departs);
        assert_eq!(looks.take("2", &["a"], true), Step::Heal(1));
        assert_eq!(looks.take("2", &[], true), Step::Well);
        looks.take("2", &["a"], true);
        assert_eq!(looks.take("2", &["a"], true), Step::Heal(1));
    }

    #[test]
    fn what_nobody_may_heal_uses_no_attempt_up() {
        let mut looks = Looks::default();
        for _ in 0..10 {
            assert!(!matches!(looks.take("1", &["a"], false), Step::Heal(_)));
        }
        assert_eq!(looks.take("1", &["a"], true), Step::Heal(1));
    }
}
