//! The local host: a stand-in for a lattice on this machine, in a process of its
//! own. Task code is hostile, and the processes that deploy hold credentials: this
//! one is started with an empty environment and is handed files.
//!
//! [`LocalHost`] is the client. It starts the process where none answers, and the
//! process ends by itself once nothing is deployed. [`serve_host`] is the process:
//! `pelato local-host`. Between the two is a Unix socket in the state folder of the
//! host; what is to run stands on the disk there, so a host that is started again
//! runs it again.

mod call;
mod client;
mod desk;
mod folder;
mod handover;
mod journal;
mod protocol;
mod roll;
mod serve;
mod shelf;
mod start;

pub use client::{Fetch, LocalConfig, LocalHost};
pub use serve::serve_host;
