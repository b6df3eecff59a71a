//! A YAML document as people wrote it: every value knows where it stands, so
//! that what is wrong with it can be shown in place. `workflow.yaml` and
//! `runner.yaml` are read through it.

mod diagnostic;
mod fields;
mod node;
mod parse;
mod suggest;

pub use diagnostic::{Diagnostic, Diagnostics, Findings, Severity};
pub use fields::Fields;
pub use node::{Node, Span, Value};
pub use parse::{Limits, parse};
pub use suggest::closest;
