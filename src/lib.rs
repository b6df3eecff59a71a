//! Pelato turns a Go function in a Git repository into a WebAssembly component
//! that runs on a wasmCloud lattice.
//!
//! ```text
//! delivery ─▶ Push ─▶ Plan ─▶ Sources ─▶ Component ─▶ Artifact ─▶ Deployment ─▶ Outcome
//!   forge      source   plan   generate    build      publish      deploy       report
//! ```
//!
//! Each stage is a function from one value to the next, in a room (a module) of
//! its own. Only [`pipeline`] knows their order. `ARCHITECTURE.md` has the map
//! of the rooms and what each may touch.

pub mod build;
pub mod cli;
pub mod client;
pub mod config;
pub mod dashboard;
pub mod deploy;
#[cfg(feature = "local")]
pub mod dev;
pub mod doctor;
pub mod document;
pub mod forge;
pub mod generate;
pub mod golang;
pub mod pipeline;
pub mod plan;
pub mod premises;
pub mod publish;
pub mod queue;
pub mod report;
pub mod runner;
#[cfg(feature = "local")]
pub mod runtime;
pub mod server;
pub mod services;
pub mod source;
pub mod testing;
pub mod workflow;
