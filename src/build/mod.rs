//! Sources become components: compiled by Go in a container (or by the machine's
//! Go), then turned from a core module into a WASI Preview 2 component.
//!
//! [`Builder`] is the way in. A credential never gets here: a step sees the task's
//! sources, the Go cache of its repository and the environment that is listed in
//! `docker/build.Dockerfile`, nothing else.

mod advice;
mod archive;
mod builder;
mod choice;
mod clear;
mod component;
mod componentize;
mod docker;
mod engine;
mod error;
mod exec;
mod fetching;
mod go;
mod image;
mod lane;
mod lanes;
mod line;
mod local;
mod log;
mod options;
mod parallel;
mod process;
mod recipe;
mod sandbox;
mod step;
mod sweep;
mod volume;
mod workshop;
mod yard;

pub use builder::Builder;
pub use choice::Choice;
pub use clear::clear_away;
pub use component::Component;
pub use componentize::componentize;
pub use docker::Docker;
pub use error::BuildError;
pub use local::Local;
pub use options::{Limits, Options};
pub use parallel::Parallel;
pub use recipe::RECIPE;
pub use workshop::Workshop;
