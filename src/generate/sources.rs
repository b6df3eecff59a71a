//! What the builder compiles (the room that makes it is being written).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// What a task needs in order to be compiled, and nothing else of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// The task's `component_name`.
    pub component_name: String,
    /// Path below `gen/<component_name>/` to content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The WIT text.
    pub wit: String,
    /// The world's name within it.
    pub world: String,
    /// The author's file as the author knows it.
    pub author_file: String,
    /// What went in.
    pub inputs: Inputs,
}

/// Digests of what [`Sources`] were made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Of the author's file.
    pub code: String,
    /// Of the template's files.
    pub template: String,
}

impl Sources {
    /// Hex sha256 over files, WIT and world.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, content) in &self.files {
            hash.update(path.len().to_be_bytes());
            hash.update(path);
            hash.update(content.len().to_be_bytes());
            hash.update(content);
        }
        hash.update(&self.wit);
        hash.update(&self.world);
        hex::encode(hash.finalize())
    }
}
