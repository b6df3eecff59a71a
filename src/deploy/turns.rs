//! How many applications of a target are rolled at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// To begin with, and the bounds.
const FIRST: usize = 4;
const LEAST: usize = 2;
const MOST: usize = 16;

/// A roll that is quicker leaves room for one more, one that is slower for one less.
const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(3);

/// Who may roll on which target.
///
/// A host compiles its components one after the other. What waits for that is down
/// meanwhile, and wadm, which asks such a host in vain, repeats its commands. So the more
/// time a start takes, the fewer are begun at once: the last one runs as soon, and each
/// is away for the time of a few. Where starts are quick it is wadm that sets the pace,
/// which takes more of them at once to keep busy.
#[derive(Default)]
pub(super) struct Turns {
    targets: Mutex<BTreeMap<String, Arc<Target>>>,
}

struct Target {
    free: Arc<Semaphore>,
    /// How many there are, free or not.
    all: Mutex<usize>,
}

/// The right to roll one application. It goes back when it is dropped.
pub(super) struct Turn {
    target: Arc<Target>,
    permit: Option<OwnedSemaphorePermit>,
    begun: Instant,
    at_once: bool,
}

impl Turns {
    /// Waits for a turn on `target`: first come, first served.
    pub(super) async fn next(&self, target: &str) -> Turn {
        let target = self.target(target);
        let now = Arc::clone(&target.free).try_acquire_owned().ok();
        let at_once = now.is_some();
        let permit = match now {
            Some(permit) => Some(permit),
            // It is never closed.
            None => Arc::clone(&target.free).acquire_owned().await.ok(),
        };
        Turn {
            target,
            permit,
            begun: Instant::now(),
            at_once,
        }
    }

    fn target(&self, name: &str) -> Arc<Target> {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(Target {
                free: Arc::new(Semaphore::new(FIRST)),
                all: Mutex::new(FIRST),
            })
        };
        Arc::clone(targets.entry(name.to_owned()).or_insert_with(new))
    }
}

impl Turn {
    /// Whether there was nobody to wait for. Else what was seen before is old.
    pub(super) fn came_at_once(&self) -> bool {
        self.at_once
    }

    /// It runs, or it does not: the next ones go by how long that took.
    pub(super) fn ends(self) {
        let took = self.begun.elapsed();
        self.took(took);
    }

    fn took(mut self, took: Duration) {
        let mut all = self.target.all.lock().unwrap_or_else(PoisonError::into_inner);
        if took < QUICK && *all < MOST {
            *all += 1;
            self.target.free.add_permits(1);
        } else if took > SLOW
            && *all > LEAST
            && let Some(permit) = self.permit.take()
        {
            *all -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// How many can be had at once.
    fn room(turns: &Turns, target: &str) -> usize {
        let mut taken = Vec::new();
        while let Some(turn) = turns.next(target).now_or_never() {
            taken.push(turn);
        }
        taken.len()
    }

    #[tokio::test]
    async fn the_slower_a_start_the_fewer_at_once() {
        let turns = Turns::default();
        assert_eq!(room(&turns, "edge"), FIRST);
        for left in [3, 2, 2] {
            turns.next("edge").await.took(SLOW * 2);
            assert_eq!(room(&turns, "edge"), left);
        }
        // One in between changes nothing, and another target has turns of its own.
        turns.next("edge").await.took(QUICK * 2);
        assert_eq!((room(&turns, "edge"), room(&turns, "cloud")), (LEAST, FIRST));
        for _ in 0..100 {
            turns.next("edge").await.took(QUICK / 2);
        }
        assert_eq!(room(&turns, "edge"), MOST);
        // One that is given up says nothing of how long it would have taken.
        drop(turns.next("edge").await);
        assert_eq!(room(&turns, "edge"), MOST);
    }
}
