//! Where a task keeps what it does not send on.

mod buckets;
mod connection;
mod file;
mod sql;

use std::collections::BTreeMap;

pub(super) use buckets::check_name;
pub use buckets::{BucketError, Buckets};
pub use sql::{Sql, SqlError};

/// Where a task keeps things: key-value buckets in memory, and no database, where
/// nothing else is said. Cheap to clone; clones share what is kept.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// The key-value buckets.
    pub buckets: Buckets,
    /// The bucket that the task's link names: what `default` opens.
    pub bucket: Option<String>,
    /// The database, if one is named.
    pub sql: Option<Sql>,
}

/// How a link that has no name of its own is called. wasmCloud's provider knows a
/// bucket by the name of the link to it, so that is what components open.
const LINK: &str = "default";

impl Stores {
    /// The same stores as a task with these links sees them. `links` is interface →
    /// configuration.
    #[must_use]
    pub fn linked(&self, links: &BTreeMap<String, BTreeMap<String, String>>) -> Self {
        let configuration = links.get("wasi:keyvalue/store");
        let bucket = configuration.and_then(|configuration| configuration.get("bucket"));
        Self {
            bucket: bucket.cloned().or_else(|| self.bucket.clone()),
            ..self.clone()
        }
    }

    /// The bucket that a component means.
    pub(super) fn bucket(&self, identifier: String) -> String {
        match &self.bucket {
            Some(bucket) if identifier == LINK => bucket.clone(),
            _ => identifier,
        }
    }
}
