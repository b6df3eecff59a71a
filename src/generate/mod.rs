//! (being written)

mod manifest;

pub use manifest::{Manifest, Owner};
