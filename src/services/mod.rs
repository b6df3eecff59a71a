//! The composition root: configuration → the parts that a run works with.

mod answers;
mod error;
#[cfg(feature = "local")]
mod local;
mod parts;

pub use error::ServiceError;
#[cfg(feature = "local")]
pub use local::serve_host;
pub use parts::{BuildSettings, Services, build_settings};
