//! A commit, where it is what its branch has now.

use git2::Oid;

use super::{Commit, Limits, Mirror, SourceError};

/// What a remote has of a branch when a commit of it is asked for.
pub enum Head {
    /// That commit.
    Here(Commit),
    /// Another commit, in hex digits.
    Moved(String),
    /// No such branch any more.
    Gone,
}

impl Mirror {
    /// Fetches `branch` and finds the projects of `commit`, if that is its head.
    pub fn head(&self, branch: &str, commit: &str, limits: &Limits) -> Result<Head, SourceError> {
        let head = match self.fetch_head(branch) {
            Ok(head) => head,
            Err(SourceError::NoBranch { .. }) => return Ok(Head::Gone),
            Err(error) => return Err(error),
        };
        if Oid::from_str(commit).ok() != Some(head) {
            return Ok(Head::Moved(head.to_string()));
        }
        Ok(Head::Here(self.commit(commit, limits)?))
    }

    /// A commit that was fetched.
    ///
    /// # Errors
    /// Where it is not there, or holds too much.
    pub fn commit(&self, commit: &str, limits: &Limits) -> Result<Commit, SourceError> {
        Commit::of(self.repository(), Oid::from_str(commit)?, limits, self.premises())
    }
}
