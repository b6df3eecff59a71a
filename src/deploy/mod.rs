//! Artifact → running application on a wasmCloud lattice. May use NATS (wadm's
//! API and the hosts' control interface), nothing else.
//!
//! What is deployed is read from the lattice itself: each application says in
//! its annotations whose it is and what it was made from.

mod application;
mod connection;
mod error;
mod host;
mod lattice;
mod leave;
mod limits;
mod nats;
mod outcome;
mod patience;
mod remove;
mod roll;
mod seen;
mod specification;
mod start;
mod wadm;
mod watch;

pub use application::Deployed;
pub use error::DeployError;
pub use host::Host;
pub use lattice::Lattice;
pub use limits::Limits;
pub use nats::NatsConfig;
pub use outcome::TargetOutcome;
pub use specification::Specification;
