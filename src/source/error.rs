//! Why sources cannot be had.

use std::path::PathBuf;

/// Why sources cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A command was given a folder without a project.
    #[error("there is no workflow.yaml in {0} or below it; name the folder of a project after the command")]
    NoProject(PathBuf),
    /// A file of the user's folder cannot be read.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A link where a file is expected: following it could read anything.
    #[error("{0} is a link; Pelato follows none, put the file itself there")]
    Link(String),
    /// A project or repository past the limits.
    #[error("{what}: at most {limit} are read")]
    TooLarge {
        /// What there is too much of, and where.
        what: String,
        /// How much may be there.
        limit: u64,
    },
    /// There is nothing to fetch from.
    #[error("there is no repository at {url} ({reason}); look at `url` and `token` of this repository in runner.yaml")]
    NoRepository {
        /// The remote's address, without credentials.
        url: String,
        /// What git says.
        reason: String,
    },
    /// The remote cannot be reached, or is not well. Worth another try.
    #[error("cannot fetch from {url}: {reason}")]
    Unreachable {
        /// The remote's address, without credentials.
        url: String,
        /// What git says.
        reason: String,
    },
    /// The remote refuses the credentials.
    #[error("{url} refuses the credentials ({reason}); look at `token` of this repository in runner.yaml")]
    Refused {
        /// The remote's address, without credentials.
        url: String,
        /// What git says.
        reason: String,
    },
    /// The branch is not there (any more).
    #[error("{url} has no branch `{branch}`")]
    NoBranch {
        /// The remote's address.
        url: String,
        /// The branch.
        branch: String,
    },
    /// No commit of the user's repository is called so.
    #[error(
        "there is no revision `{revision}` here: {reason}; name a commit, branch or tag that this clone has (a shallow clone lacks older ones: `git fetch --unshallow`, or `fetch-depth: 0` in an Action)"
    )]
    Revision {
        /// As the user named it.
        revision: String,
        /// What git says.
        reason: String,
    },
    /// Git reads no repository of another user's.
    #[error(
        "git reads nothing of {0}: its files are another user's; if they are to be trusted, say so: `git config --global --add safe.directory {0}`"
    )]
    NotTrusted(PathBuf),
    /// What fetches broke off.
    #[error("fetching broke off: {0}")]
    Broken(String),
    /// Git itself fails: a damaged mirror, a full disk.
    #[error("git: {0}")]
    Git(#[from] git2::Error),
}

impl SourceError {
    /// Whether the same may go through later: the remote is away or not well.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
