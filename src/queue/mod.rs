//! Durable jobs and the history of runs.
//!
//! A run is accepted in one short transaction before its delivery is answered,
//! leased to a worker for a time, and taken again when that time runs out without
//! a heartbeat. [`Queue`] is what the rest of the program sees; [`SqliteQueue`]
//! stands behind it. What any implementation has to do is in `tests/`. [`Worker`] is handed a closure and knows no stage.

mod clock;
mod error;
mod keep;
mod outbox;
mod run;
mod signals;
mod sqlite;
mod state;
mod store;
mod worker;

pub use clock::Clock;
pub use error::QueueError;
pub use keep::{Keep, Tidied};
pub use outbox::{Due, Next, Outbox, Sent, Status};
pub use run::{NewRun, Run, RunEnd, TargetRecord, TaskRecord};
pub use signals::Signals;
pub use sqlite::{Limits, SqliteQueue};
pub use state::{RunState, UnknownState};
pub use store::{Accepted, Beat, Cancelled, Filter, HEALS, Job, Latest, Lease, Page, Queue, Scope};
pub use worker::{Answer, Later, Worker};

#[cfg(test)]
mod tests;
