//! Fetching what was pushed, from a forge that may be slow, silent or away.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::config::Repository;
use crate::source::{Commit, Head, Limits, Mirror, ProjectFiles, Pulse, Remote, SourceError};

/// So many fetches of a repository may hang at once. Each holds a thread, until its forge
/// says something or the connection breaks.
const HANGING: usize = 4;

/// What was fetched for a run.
pub(super) enum Fetched {
    Head {
        commit: Commit,
        /// What is in `templates/`, where that counts.
        templates: Option<ProjectFiles>,
    },
    /// The branch has another head, or none.
    Passed(String),
    /// Somebody asked to stop.
    Cancelled,
}

/// Places for the fetches of one repository.
pub(super) fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(HANGING))
}

/// Fetches a branch; the commit where it is its head. A remote that says nothing for
/// `silence` is left.
pub(super) async fn fetch(
    repository: &Repository,
    mirror: &Path,
    (branch, commit): (&str, &str),
    places: &Arc<Semaphore>,
    silence: Duration,
    cancel: &CancellationToken,
) -> Result<Fetched, SourceError> {
    let unreachable = |reason: String| SourceError::Unreachable {
        url: repository.url.clone(),
        reason,
    };
    let Ok(place) = Arc::clone(places).try_acquire_owned() else {
        return Err(unreachable(format!(
            "{HANGING} earlier fetches still wait for its answer"
        )));
    };
    let remote = Remote {
        url: repository.url.clone(),
        token: repository.token.clone(),
    };
    let pulse = Pulse::default();
    let (mirror, branch, commit) = (mirror.to_owned(), branch.to_owned(), commit.to_owned());
    let (templates, heard) = (repository.templates, pulse.clone());
    let mut fetching = tokio::task::spawn_blocking(move || {
        let fetched = look(&mirror, remote, &branch, &commit, templates, heard);
        drop(place);
        fetched
    });
    loop {
        let silent = pulse.silence();
        if silent >= silence {
            pulse.give_up();
            return Err(unreachable(format!("it said nothing for {} s", silence.as_secs_f64())));
        }
        tokio::select! {
            fetched = &mut fetching => {
                return fetched.unwrap_or_else(|error| Err(SourceError::Broken(error.to_string())));
            }
            () = cancel.cancelled() => {
                pulse.give_up();
                return Ok(Fetched::Cancelled);
            }
            () = tokio::time::sleep(silence - silent) => {}
        }
    }
}

fn look(
    mirror: &Path,
    remote: Remote,
    branch: &str,
    commit: &str,
    templates: bool,
    pulse: Pulse,
) -> Result<Fetched, SourceError> {
    let mirror = Mirror::open(mirror, remote)?.with_pulse(pulse);
    Ok(match mirror.head(branch, commit, &Limits::default())? {
        Head::Here(found) => Fetched::Head {
            commit: found,
            templates: if templates { mirror.templates(commit)? } else { None },
        },
        Head::Moved(now) => Fetched::Passed(format!("superseded: the head of {branch} is now {now}")),
        Head::Gone => Fetched::Passed(format!("superseded: the branch {branch} is gone")),
    })
}
