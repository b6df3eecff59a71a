//! The real lattice for tests: NATS with JetStream, an OCI registry, wadm and
//! wasmCloud hosts, on free loopback ports in one temporary folder.
//!
//! ```no_run
//! # async fn story() -> anyhow::Result<()> {
//! use lattice_harness::{Lattice, Options};
//!
//! let lattice = Lattice::start(Options::default()).await?;
//! let nats = async_nats::connect(lattice.nats()).await?;
//! lattice.kill("edge")?;
//! lattice.start_host("edge", &[]).await?;
//! # Ok(()) }
//! ```
//!
//! The parts are started by the process that holds the [`Lattice`]; a second,
//! tiny process (`reaper.sh`) does nothing but wait for it to let go, be it by
//! dropping the lattice or by dying, and then ends every part and removes the
//! folder. So there is no program that has to be built before the tests.
//!
//! The programs come from `scripts/setup-lattice.sh`; without them a start fails
//! and says so.

mod continuum;
mod folder;
mod host;
mod lattice;
mod nats;
mod options;
mod part;
mod programs;
mod providers;
mod registry;
mod wadm;
mod wait;

pub use continuum::{Continuum, Timings};
pub use folder::working_in;
pub use lattice::Lattice;
pub use options::Options;
pub use programs::folder as programs;
