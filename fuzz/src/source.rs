//! What of the room `source` the other two use, without git.

#[path = "../../src/source/project.rs"]
mod project;

pub use project::{Limits, ProjectFiles};

/// As in the room.
#[derive(Debug)]
pub enum SourceError {
    /// Past a limit.
    TooLarge {
        /// What.
        what: String,
        /// The limit.
        limit: u64,
    },
}
