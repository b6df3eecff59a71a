//! The composition root: configuration → the parts that run.

mod parts;
mod push;
mod runner;

pub use parts::{BuildSettings, Services, build_settings};
pub use runner::{Runner, RunnerError};
