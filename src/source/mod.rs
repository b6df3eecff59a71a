//! Where a project's files come from: a folder, or a commit in a mirror.
//!
//! A repository is hostile. Its files are read from git's object database,
//! never checked out: no link is followed, no hook, filter or submodule runs.

mod checkout;
mod commit;
mod error;
mod folder;
mod head;
mod heads;
mod index;
mod leftovers;
mod mirror;
mod origin;
mod packs;
mod project;
mod pulse;
mod revision;
mod templates;
mod tree;

pub use commit::{Commit, ProjectName};
pub use error::SourceError;
pub use folder::read_folder;
pub use head::Head;
pub use mirror::{Mirror, Remote};
pub use origin::{Origin, origin};
pub use project::{Limits, ProjectFiles};
pub use pulse::Pulse;
pub use revision::{Revision, read_revision};
pub use templates::read_templates;
pub use tree::read_commit;
