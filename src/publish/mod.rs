//! Component → OCI artifact in a registry, or in a folder where none is named. May
//! use the registry and that folder, nothing else.
//!
//! An artifact is found again by the fingerprint of what it was built from, so
//! that a second run, another branch or another machine uploads nothing.

mod address;
mod again;
mod artifact;
mod blobs;
mod copy;
mod credentials;
mod error;
mod failure;
mod index;
mod layout;
mod name;
mod patience;
mod place;
mod probe;
mod pull;
mod registry;
mod store;

pub use artifact::Artifact;
pub use error::PublishError;
pub use layout::Layout;
pub use probe::Probe;
pub use registry::{Registry, RegistryConfig};
pub use store::Store;
