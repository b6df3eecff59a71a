//! The composition root: configuration → the parts that a run works with.

mod error;
mod parts;

pub use error::ServiceError;
pub use parts::{BuildSettings, Services, build_settings};
