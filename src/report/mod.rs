//! One stream of run events. Stages announce, printers print: the terminal, the
//! log store, the page, the commit statuses and the metrics are all sinks of it.

mod count;
mod event;
mod line;
mod log;
mod mask;
mod metrics;
mod record;
mod reporter;
mod statuses;

pub use count::counted;
pub use event::{Event, PlannedEvent, Stage, TargetState, TaskState};
pub use line::{line, printable};
pub use log::Log;
pub use mask::Mask;
pub use metrics::{Metrics, MetricsError, append};
pub use record::Record;
pub use reporter::{Reporter, Sink};
pub use statuses::Statuses;
