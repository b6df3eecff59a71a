//! The webhook runner: the door, the queue and its workers around the pipeline.

mod agent;
mod ending;
mod fetch;
mod held;
mod identity;
mod keep;
mod later;
mod measure;
mod notify;
mod patience;
mod platform;
mod poster;
mod presence;
mod push;
mod reconcile;
mod remains;
mod serve;
mod tidy;

pub use patience::Patience;
pub use serve::{Runner, RunnerError, mask};
