//! The webhook runner: the door, the queue and its workers around the pipeline.

mod keep;
mod push;
mod serve;

pub use serve::{Runner, RunnerError, mask};
