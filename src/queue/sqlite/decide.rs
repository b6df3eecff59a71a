//! What becomes of runs that arrive together, decided as if they came one after the other.

use std::collections::HashMap;

use crate::queue::{Accepted, NewRun};

/// What the store knows of a run that arrives.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The run that its delivery led to before.
    pub(super) delivered: Option<String>,
    /// The latest accepted head of its branch.
    pub(super) latest: Option<Head>,
    /// The runs of its branch that wait, oldest first.
    pub(super) queued: Vec<String>,
}

/// The latest head of a branch.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) run: String,
    pub(super) commit: String,
    pub(super) environment: String,
    /// It is on its way, or went well.
    pub(super) well: bool,
}

/// What is to be written, and what each run is answered.
#[derive(Debug, Default)]
pub(super) struct Decided<'a> {
    pub(super) answers: Vec<Accepted>,
    /// Runs and their ids.
    pub(super) new: Vec<(&'a NewRun, String)>,
    /// Deliveries, and the runs that they led to.
    pub(super) deliveries: Vec<(&'a NewRun, String)>,
    /// Runs that wait, those that take their places, and the commits of these.
    pub(super) superseded: Vec<(String, String, &'a str)>,
}

/// A branch while the runs are gone through.
struct Branch {
    latest: Option<Head>,
    queued: Vec<String>,
}

impl<'a> Decided<'a> {
    /// Nothing but this run, which is new whatever else there is.
    pub(super) fn one(run: &'a NewRun, id: String, queued: Vec<String>) -> Self {
        let mut decided = Self::default();
        decided.take(run, id, queued);
        decided
    }

    fn take(&mut self, run: &'a NewRun, id: String, queued: Vec<String>) {
        for older in queued {
            self.superseded.push((older, id.clone(), &run.commit));
        }
        if run.delivery.is_some() {
            self.deliveries.push((run, id.clone()));
        }
        self.answers.push(Accepted::New(id.clone()));
        self.new.push((run, id));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.deliveries.is_empty()
    }
}

/// Goes through `runs` in their order; of each the store has what `seen` says at its
/// place. In all `waiting` wait, and at most `most` may.
pub(super) fn decide<'a>(
    runs: &'a [NewRun],
    seen: Vec<Seen>,
    mut waiting: u64,
    most: u64,
    mut new_id: impl FnMut() -> String,
) -> Decided<'a> {
    let mut decided = Decided::default();
    let mut delivered: HashMap<_, String> = HashMap::new();
    let mut branches: HashMap<_, Branch> = HashMap::new();
    for (run, seen) in runs.iter().zip(seen) {
        let of = (run.forge.as_str(), run.repository.as_str());
        let delivery = run.delivery.as_deref().map(|delivery| (of, delivery));
        let again = seen
            .delivered
            .or_else(|| delivery.and_then(|delivery| delivered.get(&delivery).cloned()));
        if let Some(again) = again {
            decided.answers.push(Accepted::Duplicate(again));
            continue;
        }
        let branch = branches.entry((of, run.branch.as_str())).or_insert(Branch {
            latest: seen.latest,
            queued: seen.queued,
        });
        // A → B → A runs A again, and so does the same commit after a failure.
        let same = branch
            .latest
            .as_ref()
            .filter(|head| head.well && head.commit == run.commit && head.environment == run.environment);
        if let Some(head) = same {
            if let Some(delivery) = delivery {
                delivered.insert(delivery, head.run.clone());
                decided.deliveries.push((run, head.run.clone()));
            }
            decided.answers.push(Accepted::Duplicate(head.run.clone()));
            continue;
        }
        let left = waiting.saturating_sub(branch.queued.len() as u64);
        if left >= most {
            decided.answers.push(Accepted::Full);
            continue;
        }
        waiting = left + 1;
        let id = new_id();
        let older = std::mem::replace(&mut branch.queued, vec![id.clone()]);
        branch.latest = Some(Head {
            run: id.clone(),
            commit: run.commit.clone(),
            environment: run.environment.clone(),
            well: true,
        });
        if let Some(delivery) = delivery {
            delivered.insert(delivery, id.clone());
        }
        decided.take(run, id, older);
    }
    decided
}
