//! What happens in a host, as it happens.

use std::sync::Arc;
use std::time::Duration;

/// Something that a task did, or that was done to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A message went through a task.
    Handled {
        /// The task's name.
        task: String,
        /// Where the message came from.
        subject: String,
        /// Its size in bytes.
        bytes: usize,
        /// From the arrival of the message to the end of the call.
        took: Duration,
        /// Why it failed, if it did.
        error: Option<String>,
    },
    /// A task published a message.
    Published {
        /// The task's name.
        task: String,
        /// Where to.
        subject: String,
        /// The message's size in bytes.
        bytes: usize,
    },
    /// A task wrote to a key-value bucket.
    Kept {
        /// The task's name.
        task: String,
        /// Where to.
        bucket: String,
        /// The key that has the value now.
        key: String,
        /// The value's size in bytes.
        bytes: usize,
    },
    /// A database carried out a task's statement.
    Queried {
        /// The task's name.
        task: String,
        /// Those of the statement's values that are texts.
        texts: Vec<String>,
    },
    /// An HTTP request went through a task.
    Answered {
        /// The task's name.
        task: String,
        /// `POST`, …
        method: String,
        /// The path that was asked for.
        path: String,
        /// The answer's status.
        status: u16,
        /// From the arrival of the request to the head of the answer.
        took: Duration,
        /// Why it failed, if it did.
        error: Option<String>,
    },
    /// A task wrote to its log, or to its standard output or error.
    Logged {
        /// The task's name.
        task: String,
        /// How grave it is.
        level: Level,
        /// What it said.
        text: String,
    },
    /// A message was dropped, since its task is too far behind.
    Dropped {
        /// The task's name.
        task: String,
        /// Where the message came from.
        subject: String,
    },
}

/// How grave a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For who follows each step.
    Trace,
    /// For who looks for a mistake.
    Debug,
    /// Good to know.
    Info,
    /// Not as it should be.
    Warn,
    /// A message failed.
    Error,
    /// The task cannot go on.
    Critical,
}

/// Who hears of events. It is called in the middle of the work: it must not wait.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Event) + Send + Sync>);

impl Observer {
    /// Calls `hear` for each event.
    pub fn new(hear: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// Tells it.
    pub(super) fn tell(&self, event: Event) {
        (self.0)(event);
    }
}

impl Default for Observer {
    /// Nobody.
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observer")
    }
}
