//! (being written)

mod sources;

pub use sources::{Inputs, Sources};
