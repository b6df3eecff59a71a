//! The webhook runner: the door, the queue and its workers around the pipeline.

mod keep;
mod measure;
mod notify;
mod push;
mod reconcile;
mod serve;
mod tidy;

pub use serve::{Runner, RunnerError, mask};
