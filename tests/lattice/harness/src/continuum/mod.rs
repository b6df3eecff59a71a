//! A lattice on two sides of a network that can be cut.

mod guard;
mod network;
mod start;
mod supervised;
mod topology;

pub(crate) use network::Network;
pub use topology::{Continuum, Timings};
