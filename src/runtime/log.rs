//! What one instance says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Surroundings;
use super::event::{Event, Level};

/// How many bytes of one entry are kept.
const ENTRY_LIMIT: usize = 16 << 10;

/// How many bytes one instance may say. A task's code may be hostile, and who
/// hears of it keeps it.
const LIMIT: usize = 1 << 20;

/// What costs room with each entry, however short.
const OVERHEAD: usize = 64;

/// The log of one instance. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Log(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    surroundings: Arc<Surroundings>,
    said: AtomicUsize,
    last_words: Mutex<Option<String>>,
}

impl Log {
    /// The log of a new instance.
    pub(super) fn new(surroundings: Arc<Surroundings>) -> Self {
        Self(Arc::new(Inner {
            surroundings,
            said: AtomicUsize::new(0),
            last_words: Mutex::default(),
        }))
    }

    /// Tells the observer, within bounds: what is too long is cut, and of what is too
    /// much only that it is.
    pub(super) fn say(&self, level: Level, text: &str) {
        let kept = &text[..text.floor_char_boundary(ENTRY_LIMIT)];
        let before = self.0.said.fetch_add(kept.len() + OVERHEAD, Ordering::Relaxed);
        let after = before + kept.len() + OVERHEAD;
        if after <= LIMIT {
            let cut = text.len() - kept.len();
            self.tell(
                level,
                match cut {
                    0 => kept.to_owned(),
                    cut => format!("{kept}… ({cut} bytes more)"),
                },
            );
        } else if before <= LIMIT {
            self.tell(
                Level::Warn,
                format!(
                    "it says more than {} KiB for one message: the rest is left out",
                    LIMIT >> 10
                ),
            );
        } else {
            // Back to where it was, so that the count never comes round.
            self.0.said.fetch_sub(kept.len() + OVERHEAD, Ordering::Relaxed);
        }
    }

    /// A line of the standard error. Go says there why it ends a process, and the
    /// stack follows: the first reason is kept.
    pub(super) fn hear_last_words(&self, line: &str) {
        let given = ["fatal error: ", "panic: "];
        let mut said = self.0.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none() && given.iter().any(|begin| line.starts_with(begin)) {
            *said = Some(line.to_owned());
        }
    }

    /// Why the instance ended, if it said so.
    pub(super) fn last_words(&self) -> Option<String> {
        self.0.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, level: Level, text: String) {
        let surroundings = &self.0.surroundings;
        surroundings.observer.tell(Event::Logged {
            task: surroundings.task.clone(),
            level,
            text,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::runtime::{Bus, Observer};

    fn heard(speak: impl Fn(&Log)) -> Vec<String> {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let surroundings = Surroundings {
            task: "talker".into(),
            config: BTreeMap::new(),
            bus: Bus::memory(0),
            observer: Observer::new(move |event| {
                if let Event::Logged { text, .. } = event {
                    hears.lock().unwrap().push(text);
                }
            }),
            stores: Default::default(),
        };
        speak(&Log::new(Arc::new(surroundings)));
        heard.lock().unwrap().clone()
    }

    #[test]
    fn one_entry_is_cut() {
        let text = "é".repeat(10_000);
        let heard = heard(|log| log.say(Level::Info, &text));
        assert_eq!(heard.len(), 1);
        assert!(heard[0].ends_with("é… (3616 bytes more)"), "{:.40}", heard[0]);
    }

    #[test]
    fn a_flood_ends() {
        let heard = heard(|log| (0..1_000_000).for_each(|_| log.say(Level::Info, "")));
        assert_eq!(heard.len(), LIMIT / OVERHEAD + 1);
        let last = "it says more than 1024 KiB for one message: the rest is left out";
        assert_eq!(heard.last().map(String::as_str), Some(last));
    }
}
