//! One stream of run events. Stages announce, printers print: the terminal, the
//! log store, the page, the commit statuses and the metrics are all sinks of it.

mod event;
mod reporter;

pub use event::{Event, Stage, TargetState, TaskState};
pub use reporter::{Reporter, Sink};
