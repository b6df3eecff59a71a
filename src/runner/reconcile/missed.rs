//! Which heads nobody told of.

use std::time::Duration;

use time::OffsetDateTime;

use crate::queue::{Run, RunState};

/// So long after a run was accepted the remote's answer is not held against it: what a
/// forge tells of a push may be ahead of what its servers give out.
pub(super) const GRACE: Duration = Duration::from_secs(30);

/// Whether the head of a branch is to be run, by the run of the branch that was accepted
/// last.
///
/// A head that was run is never run again for being there: a run that failed is its
/// author's to mend, one that was cancelled was not wanted, and what the platform did not
/// let end was tried as often as it should be. One that was superseded was not run: its
/// branch was elsewhere for a moment, and came back.
pub(super) fn is_missed(
    head: &str,
    environment: &str,
    latest: Option<&Run>,
    grace: Duration,
    now: OffsetDateTime,
) -> bool {
    let Some(latest) = latest else {
        return true;
    };
    if now - latest.created_at < grace {
        return false;
    }
    let is_it = latest.commit == head && latest.environment == environment;
    !is_it || latest.state == RunState::Superseded
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn run(commit: &str, state: RunState, ago: Duration) -> Run {
        Run {
            id: "1".into(),
            forge: "gitea".into(),
            repository: "acme/thermo".into(),
            branch: "main".into(),
            commit: commit.into(),
            title: None,
            environment: "production".into(),
            state,
            reason: None,
            tasks: Vec::new(),
            attempts: 1,
            cancel_requested: false,
            created_at: NOW - ago,
            started_at: None,
            finished_at: None,
        }
    }

    fn missed(head: &str, latest: Option<&Run>) -> bool {
        is_missed(head, "production", latest, GRACE, NOW)
    }

    #[test]
    fn a_head_without_any_run_of_its_branch_is_missed() {
        assert!(missed("a", None));
    }

    #[test]
    fn a_head_that_was_run_stays_as_it_ended() {
        for state in RunState::ALL {
            let latest = run("a", state, GRACE * 2);
            assert_eq!(missed("a", Some(&latest)), state == RunState::Superseded, "{state}");
            assert!(missed("b", Some(&latest)), "{state}");
        }
    }

    #[test]
    fn another_environment_wants_it_too() {
        let latest = run("a", RunState::Success, GRACE * 2);
        assert!(is_missed("a", "staging", Some(&latest), GRACE, NOW));
    }

    #[test]
    fn right_after_a_push_the_remote_may_be_behind() {
        let latest = run("b", RunState::Running, GRACE / 2);
        assert!(!missed("a", Some(&latest)));
        assert!(!missed("b", Some(&run("b", RunState::Superseded, GRACE / 2))));
    }
}
