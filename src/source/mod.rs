//! Where a project's files come from: a folder, or a commit in a mirror.

mod project;

pub use project::ProjectFiles;
