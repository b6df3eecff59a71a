//! The webhook runner: the door, the queue and its workers around the pipeline.

mod keep;
mod notify;
mod poster;
mod push;
mod serve;
mod tidy;

pub use serve::{Runner, RunnerError, mask};
