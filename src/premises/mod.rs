//! Folders in which several processes work, each of which may be killed.
//!
//! What a killed process left half done cannot be told from what a living one is at, but
//! where nobody else is there. So who works in such a folder holds its lock together with
//! the others, and who comes alone clears away first. The system gives a lock back however
//! its process ends.

mod enter;

pub use enter::{Premises, enter};
