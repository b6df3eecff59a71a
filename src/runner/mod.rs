//! The webhook runner: the door, the queue and its workers around the pipeline.

mod identity;
mod keep;
mod notify;
mod poster;
mod presence;
mod push;
mod remains;
mod serve;
mod tidy;

pub use serve::{Runner, RunnerError, mask};
