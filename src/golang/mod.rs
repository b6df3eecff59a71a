//! Go's text as far as Pelato has to know it: what a file declares and imports, what
//! a `go.mod` requires, which files make up a task. Pure.
//!
//! The text is a stranger's. So this is a scanner of our own, in time proportional to
//! the text and without recursion, and no parser in C.

mod constraint;
mod embed;
mod file;
mod module;
mod read;
mod scan;
mod signature;
mod task;

pub use constraint::satisfied;
pub use embed::Embed;
pub use file::{Declared, DeclaredKind, Function, GoFile, Import, Name};
pub use module::{Module, Problem, Replace, Require, read_module};
pub use read::{head, read, signature};
pub use signature::{Fit, Parameter, Signature};
pub use task::{GO_MOD, GO_SUM, Library, Part, Parts, Resolved};
