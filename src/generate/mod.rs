//! (being written)

mod sources;

pub use sources::Sources;
