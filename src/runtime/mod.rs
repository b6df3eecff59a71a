//! The embedded host: components, messages and HTTP on this machine, with no
//! lattice. It gives a component what a wasmCloud host gives it, and sets the
//! same limits.
//!
//! [`Runtime`] compiles, [`Code`] is a compiled component, [`Surroundings`] is
//! what a task finds around it, [`Bus`] carries messages, [`Stores`] keep what is
//! not sent on, and [`Host`] runs the tasks of a workflow.

mod bindings;
mod bus;
mod call;
mod code;
mod engine;
mod error;
mod event;
mod host;
mod imports;
mod limits;
mod log;
mod output;
mod state;
mod stores;
mod surroundings;

pub use bus::{Bus, Memory, Message, Nats, Record, Subscription};
pub use code::Code;
pub use engine::{Compiler, Options, Runtime};
pub use error::{BusError, CallError, RuntimeError};
pub use event::{Event, Level, Observer};
pub use host::{Host, HostError, Task};
pub use limits::Limits;
pub use stores::{BucketError, Buckets, Sql, SqlError, Stores};
pub use surroundings::Surroundings;
