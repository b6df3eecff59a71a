//! Artifact → running application, on a wasmCloud lattice or on the local host. May
//! use NATS (wadm's API and the hosts' control interface) and the embedded host.
//!
//! What is deployed is read from the lattice itself: each application says in
//! its annotations whose it is and what it was made from.

mod agent;
mod application;
mod back;
mod connection;
mod credentials;
mod database;
mod destination;
mod drain;
mod earlier;
mod error;
mod gate;
mod history;
mod host;
mod label;
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
mod quiet;
mod remove;
mod reserve;
mod roll;
mod rolling;
mod seen;
mod shared;
mod specification;
mod start;
mod survey;
mod tls;
mod turns;
mod wadm;
mod watch;

pub use agent::Word;
pub use application::Deployed;
pub use database::Database;
pub use destination::Destination;
pub use drain::Drained;
pub use earlier::Earlier;
pub use error::DeployError;
pub use host::Host;
pub use lattice::Lattice;
pub use limits::Limits;
#[cfg(feature = "local")]
pub use local::{Fetch, Listening, LocalConfig, LocalHost, serve_host};
pub use look::{Look, On};
pub use nats::NatsConfig;
pub use outcome::TargetOutcome;
pub use rolling::TaskRoll;
pub use specification::Specification;
pub use survey::{NameKey, OwnerKey, Standing};
