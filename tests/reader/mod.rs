//! Reads the pages of `docs/` and the README as a newcomer does: what they say to write is
//! written, what they say to call is called, and what they say is shown has to be shown.
//! CONTRIBUTING.md has the form of a page.

#![allow(dead_code, unused_imports, reason = "each test program takes what it needs")]
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop here, and says where it is"
)]

mod desk;
mod page;
mod script;
mod with;

pub(crate) use desk::Desk;
pub(crate) use page::Page;
pub(crate) use with::With;
