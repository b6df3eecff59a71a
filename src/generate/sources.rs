//! What the builder compiles.

use std::collections::BTreeMap;

use super::digest::Digest;

/// A Go project and the world that it is a component of. No subject, target or
/// display name is in it: those are configuration, and change no build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The task.
    pub component_name: String,
    /// Paths relative to `gen/<component_name>/`, with `/` between their parts,
    /// to contents: `go.mod`, `main.go`, `task.go`, `author/…`, `internal/…`, `wit/world.wit`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The text of `wit/world.wit`: the world, and every package it names.
    pub wit: String,
    /// The world's name in it.
    pub world: String,
    /// The author's file or folder as the author knows it, `tasks/convert.go`.
    pub code: String,
    /// The author's files: path in `files` → path as the author knows it. Compiler
    /// and panics name `tasks/convert.go`, not `task.go`.
    pub author_files: BTreeMap<String, String>,
    /// The author's module, where packages of it are taken: what is `task/author/…`
    /// here is `<module>/…` to the author.
    pub author_module: Option<String>,
    /// The author's `go.mod`, where its requirements count: `tasks/go.mod`.
    pub author_go_mod: Option<String>,
    /// What the author's function may be, for messages: `func exec_task(arg string)
    /// string`.
    pub signatures: Vec<String>,
    /// What went in, for the reasons in a plan.
    pub inputs: Inputs,
}

/// Digests of what [`Sources`] were made from, as 64 hex digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Of all that the author wrote of it.
    pub code: String,
    /// Of the template's files, unrendered.
    pub template: String,
}

impl Sources {
    /// SHA-256 over the files, the WIT and the world's name, and nothing else, as
    /// 64 hex digits.
    pub fn digest(&self) -> String {
        Digest::default()
            .part(&self.wit)
            .part(&self.world)
            .named(&self.files)
            .hex()
    }
}
