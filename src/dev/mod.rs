//! The whole workflow in the embedded host, rebuilt as its files change.
//!
//! [`wanted`] works out what a project's files come to, [`Session`] makes the host
//! run that and nothing else, [`Watch`] says when to look again.

mod parts;
mod session;
mod wanted;
mod watch;

pub use parts::{DevError, stores};
pub use session::{Applied, Failure, Session, Shown};
pub use wanted::{Wanted, wanted};
pub use watch::{Watch, WatchError};
