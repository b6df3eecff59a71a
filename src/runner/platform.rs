//! The parts that runs work with, and whether they are there.
//!
//! Each is looked at from time to time, so that `/readyz` answers at once, whoever asks and
//! however often. When one that was away is back, the runs that were put off need not wait
//! for their time.

mod look;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub(super) use self::look::{Look, looks};
use crate::pipeline::{Away, Part};
use crate::queue::{Queue, Scope};
use crate::report::Mask;
use crate::server::{Check, Seen};

/// Between two looks at a part that was there.
const CALM: Duration = Duration::from_secs(30);
/// Between two looks at one that was away.
const AWAY: Duration = Duration::from_secs(3);
/// Between two looks, whoever wants one sooner.
const BREATH: Duration = Duration::from_secs(1);
/// A look that takes longer has found nobody.
const LIMIT: Duration = Duration::from_secs(15);

/// All parts that the runner's repositories and environments need.
pub(super) struct Platform {
    parts: Vec<Arc<Watched>>,
    mask: Mask,
}

/// One of them.
struct Watched {
    part: Part,
    /// The environment, or the forge's address; empty where there is one for all.
    of: String,
    /// Whose runs need it.
    scopes: Vec<Scope>,
    look: Look,
    /// None before the first look.
    seen: Mutex<Option<Seen>>,
    /// It asked to be left alone until then.
    alone: Mutex<Option<Instant>>,
    /// Somebody found it away.
    soon: Notify,
}

/// What a run needs: where its repository is, and its environment's name.
#[derive(Clone, Copy)]
pub(super) struct Needs<'n> {
    pub(super) forge: &'n str,
    pub(super) environment: &'n str,
}

impl Platform {
    pub(super) fn new(looks: Vec<(Part, String, Vec<Scope>, Look)>, mask: Mask) -> Self {
        let parts = looks.into_iter().map(|(part, of, scopes, look)| {
            Arc::new(Watched {
                part,
                of,
                scopes,
                look,
                seen: Mutex::default(),
                alone: Mutex::default(),
                soon: Notify::new(),
            })
        });
        Self {
            parts: parts.collect(),
            mask,
        }
    }

    /// What `/readyz` shows of them.
    pub(super) fn checks(&self) -> Vec<Check> {
        let checks = self.parts.iter().map(|watched| {
            let watched = Arc::clone(watched);
            Check::new(watched.part.to_string(), watched.of.clone(), move || {
                lock(&watched.seen).clone()
            })
        });
        checks.collect()
    }

    /// Looks at all of them until the shutdown.
    pub(super) async fn watch(self: Arc<Self>, queue: Arc<dyn Queue>, shutdown: CancellationToken) {
        let all = self.parts.iter().map(|part| self.watch_one(part, &queue, &shutdown));
        join_all(all).await;
    }

    async fn watch_one(&self, watched: &Watched, queue: &Arc<dyn Queue>, shutdown: &CancellationToken) {
        loop {
            if let Some(left) = watched.left_alone() {
                // That is for us too.
                tokio::select! {
                    () = sleep(left) => {}
                    () = shutdown.cancelled() => return,
                }
            }
            let found = tokio::select! {
                found = tokio::time::timeout(LIMIT, (watched.look)()) => {
                    found.unwrap_or_else(|_| Err("it does not answer in time".to_owned()))
                }
                () = shutdown.cancelled() => return,
            };
            let pause = if found.is_ok() { CALM } else { AWAY };
            if self.note(watched, found) && watched.left_alone().is_none() {
                for scope in &watched.scopes {
                    // They wait for their time then.
                    if let Err(error) = queue.hasten(scope).await {
                        tracing::warn!(%error, "runs that were put off cannot be begun sooner");
                    }
                }
            }
            tokio::select! {
                () = sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)) => {}
                () = async { tokio::join!(sleep(BREATH), watched.soon.notified()); } => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Whether it was away, and is back.
    fn note(&self, watched: &Watched, found: Result<(), String>) -> bool {
        let reason = found.err().map(|reason| self.mask.hide(&reason).into_owned());
        let ok = reason.is_none();
        let mut seen = lock(&watched.seen);
        let before = seen.as_ref().map(|seen| seen.ok);
        let (part, of) = (watched.part, watched.of.as_str());
        match (before, &reason) {
            (Some(true) | None, Some(reason)) => tracing::warn!(%part, of, reason, "a part of the platform is away"),
            (Some(false), None) => tracing::info!(%part, of, "a part of the platform is back"),
            _ => {}
        }
        let since = match seen.take() {
            Some(known) if known.ok == ok => known.since,
            _ => OffsetDateTime::now_utc(),
        };
        *seen = Some(Seen { ok, reason, since });
        before == Some(false) && ok
    }

    /// A run found a part away: it is looked at soon, and left alone where it asked for that.
    pub(super) fn found_away(&self, away: Away, needs: Needs<'_>) {
        for watched in self.needed(needs).filter(|watched| watched.part == away.part) {
            if let Some(wait) = away.retry_after {
                let until = Instant::now() + wait;
                let mut alone = lock(&watched.alone);
                *alone = Some(alone.map_or(until, |known| known.max(until)));
                drop(alone);
                self.note(watched, Err("it asked to be left alone for a time".to_owned()));
            }
            watched.soon.notify_one();
        }
    }

    /// A part that a run needs and that asked to be left alone: for how long, and which.
    pub(super) fn left_alone(&self, needs: Needs<'_>) -> Option<(Duration, Part)> {
        let waits = self
            .needed(needs)
            .filter_map(|watched| Some((watched.left_alone()?, watched.part)));
        waits.max()
    }

    fn needed(&self, needs: Needs<'_>) -> impl Iterator<Item = &Arc<Watched>> {
        self.parts.iter().filter(move |watched| match watched.part {
            Part::Builder => true,
            Part::Forge => watched.of == needs.forge,
            Part::Registry | Part::Lattice => watched.of == needs.environment,
        })
    }
}

impl Watched {
    fn left_alone(&self) -> Option<Duration> {
        let until = (*lock(&self.alone))?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// What is behind these locks is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
