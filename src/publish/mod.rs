//! Component → OCI artifact in a registry. May use the registry, nothing else.
//!
//! An artifact is found again by the fingerprint of what it was built from, so
//! that a second run, another branch or another machine uploads nothing.

mod address;
mod artifact;
mod credentials;
mod error;
mod failure;
mod name;
mod place;
mod registry;

pub use artifact::Artifact;
pub use error::PublishError;
pub use registry::{Registry, RegistryConfig};
