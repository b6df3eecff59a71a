//! What can go wrong with the store.

use std::path::PathBuf;

/// An error of the store. None of its text is for an HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The database cannot be opened or brought up to date.
    #[error(
        "cannot open the database {path}: {reason}; \
         check that the folder is there, is writable and has space"
    )]
    Open {
        /// The database's file.
        path: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// The database was written by a newer version of Pelato.
    #[error(
        "the database {path} has schema {found}, and this version of Pelato knows schemas up to {known}; \
         start the newer version again, or set `data` to another folder"
    )]
    Newer {
        /// The database's file.
        path: PathBuf,
        /// The schema it has.
        found: i64,
        /// The newest schema that is known here.
        known: i64,
    },
    /// The task that stores runs is gone, since the process ends.
    #[error("the store was closed while a run was handed in; hand it in again")]
    Stopped,
    /// A statement failed: the disk is full, the file locked or damaged.
    #[error("the database does not work: {0}")]
    Store(#[from] sqlx::Error),
    /// A row holds what this version does not know.
    #[error("run {run} holds {what} that this version of Pelato cannot read; was a newer one at work?")]
    Row {
        /// The run's id.
        run: String,
        /// Which column.
        what: &'static str,
    },
}
