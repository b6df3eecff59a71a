//! Artifact → running application, on a wasmCloud lattice or on the local host. May
//! use NATS (wadm's API and the hosts' control interface) and the embedded host.
//!
//! What is deployed is read from the lattice itself: each application says in
//! its annotations whose it is and what it was made from.

mod application;
mod connection;
mod credentials;
mod database;
mod destination;
mod earlier;
mod error;
mod history;
mod host;
mod lattice;
mod leave;
mod limits;
mod link;
#[cfg(feature = "local")]
mod local;
mod look;
mod nats;
mod outcome;
mod patience;
mod present;
mod remove;
mod roll;
mod seen;
mod shared;
mod specification;
mod start;
mod survey;
mod tls;
mod turns;
mod wadm;
mod watch;

pub use application::Deployed;
pub use database::Database;
pub use destination::Destination;
pub use earlier::Earlier;
pub use error::DeployError;
pub use host::Host;
pub use lattice::Lattice;
pub use limits::Limits;
#[cfg(feature = "local")]
pub use local::{Fetch, Listening, LocalConfig, LocalHost, serve_host};
pub use look::Look;
pub use nats::NatsConfig;
pub use outcome::TargetOutcome;
pub use specification::Specification;
pub use survey::{NameKey, OwnerKey, Standing};
