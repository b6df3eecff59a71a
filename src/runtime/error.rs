//! What can go wrong in the embedded host.

use std::time::Duration;

/// A component cannot be run at all.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The machine does not let wasmtime work.
    #[error("the embedded host cannot start: {0}")]
    Engine(String),
    /// It is no component, imports what nobody has, or is larger than the limits.
    #[error("the component cannot be loaded: {0}")]
    Component(String),
}

impl RuntimeError {
    pub(super) fn engine(error: impl std::fmt::Display) -> Self {
        Self::Engine(format!("{error:#}"))
    }

    pub(super) fn component(error: impl std::fmt::Display) -> Self {
        Self::Component(format!("{error:#}"))
    }
}

/// One message or request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The task said so itself: an error, or a panic that the generated code caught.
    #[error("{0}")]
    Refused(String),
    /// The instance came to an end: a trap, `os.Exit`, a deadlock, no memory left.
    #[error("the task's instance ended: {0}")]
    Ended(String),
    /// It did not end in time.
    #[error("the task took longer than {} s", .0.as_secs_f64())]
    TooLong(Duration),
    /// The component does not take what it was given.
    #[error("the component has no {0}")]
    NotOffered(&'static str),
}

/// A message cannot be sent, or a subject not be listened on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// It is larger than the bus takes.
    #[error("the message has {bytes} bytes, and the most that is carried is {limit} (max_payload)")]
    TooLarge {
        /// Of the message.
        bytes: usize,
        /// The most.
        limit: usize,
    },
    /// More was published than is written down.
    #[error("too much was published: no more than 64 MiB is written down")]
    Full,
    /// A subject with spaces, empty parts, or wildcards where none may be.
    #[error("`{0}` is no subject that a message can be sent to")]
    Subject(String),
    /// No one listens for a request.
    #[error("nobody listens on {0}")]
    NoResponders(String),
    /// No answer in time.
    #[error("no answer on {0} in time")]
    NoAnswer(String),
    /// NATS said no.
    #[error("{0}")]
    Nats(String),
}
