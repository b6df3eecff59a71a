//! A part that is started again when it ends, as a service manager does it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::part::{Part, Recipe};

/// How often it is looked after.
const LOOK: Duration = Duration::from_millis(10);
/// How long after its end it is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Owns the part. A thread does it, so that nothing belongs to an async runtime.
pub(crate) struct Supervised {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    recipe: Recipe,
    part: Option<Part>,
    ended: Option<Instant>,
    /// Not to be started again at present.
    held: bool,
    over: bool,
    starts: usize,
}

impl Supervised {
    pub(crate) fn start(recipe: Recipe) -> anyhow::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            part: Some(recipe.start()?),
            recipe,
            ended: None,
            held: false,
            over: false,
            starts: 1,
        }));
        let looked_after = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            while !lock(&looked_after).look() {
                std::thread::sleep(LOOK);
            }
        });
        Ok(Self {
            state,
            thread: Some(thread),
        })
    }

    /// Whether it is started again when it ends. Once more at once where it has ended.
    pub(crate) fn hold(&self, held: bool) {
        let mut state = lock(&self.state);
        state.held = held;
        state.ended = None;
    }

    /// Signals the whole group. Fails where it does not run.
    pub(crate) fn signal_group(&self, signal: Signal) -> anyhow::Result<()> {
        match &lock(&self.state).part {
            Some(part) => part.signal_group(signal),
            None => anyhow::bail!("it does not run"),
        }
    }

    /// Signals the program alone. Fails where it does not run.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        match &lock(&self.state).part {
            Some(part) => part.signal(signal),
            None => anyhow::bail!("it does not run"),
        }
    }

    /// Whether it runs at present.
    pub(crate) fn runs(&self) -> bool {
        lock(&self.state).part.is_some()
    }

    /// How often it was started.
    pub(crate) fn starts(&self) -> usize {
        lock(&self.state).starts
    }
}

impl State {
    /// Whether this is over.
    fn look(&mut self) -> bool {
        if self.part.as_mut().is_some_and(|part| !part.runs())
            && let Some(part) = self.part.take()
        {
            // What it has left of its group goes with it: orphaned providers would eat messages.
            let _ = part.signal_group(Signal::KILL);
            self.ended = Some(Instant::now());
        }
        let waited = self.ended.is_none_or(|ended| ended.elapsed() > PAUSE);
        if self.part.is_none() && waited && !self.held && !self.over {
            // One that cannot be started is tried again.
            self.part = self.recipe.start().ok();
            self.ended = Some(Instant::now());
            self.starts += 1;
        }
        self.over
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        lock(&self.state).over = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A panic elsewhere while it was held leaves the state whole.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
