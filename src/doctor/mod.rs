//! What a project's tasks need to be built and to run, and whether it is there.

mod builder;
mod examine;
mod finding;
mod lattice;
mod registry;
mod workflow;

pub use examine::{Project, examine};
pub use finding::{Finding, Health, Part};
