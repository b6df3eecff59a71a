//! Tasks called by hand, and held against the cases that their authors wrote.
//!
//! [`find`] reads `tasks/<name>.test.yaml`; [`call`] gives a task one input;
//! [`run`] runs cases in this process, and [`Child`] runs them in one of their
//! own, for code of strangers.

mod base64;
#[cfg(feature = "local")]
mod call;
mod case;
mod child;
#[cfg(feature = "local")]
mod compare;
#[cfg(feature = "local")]
mod difference;
mod find;
mod json;
mod junit;
mod read;
mod result;
#[cfg(feature = "local")]
mod run;
#[cfg(feature = "local")]
mod same;

#[cfg(feature = "local")]
pub use call::{Called, call};
pub use case::{Case, Cases, Expect};
#[cfg(feature = "local")]
pub use child::work;
pub use child::{Child, ChildError};
pub use find::{Found, find};
pub use junit::junit;
pub use result::{CaseResult, TaskResult, Untested};
#[cfg(feature = "local")]
pub use run::run;

/// The end of the last whole character within `most` bytes of a text.
#[cfg(feature = "local")]
fn boundary(text: &str, most: usize) -> usize {
    let most = most.min(text.len());
    (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
