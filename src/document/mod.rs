//! A YAML document as people wrote it: every value knows where it stands, so
//! that what is wrong with it can be shown in place. `workflow.yaml` and
//! `runner.yaml` are read through it.

mod diagnostic;
mod fields;
mod findings;
mod node;
mod parse;
mod place;
mod render;
mod rule;
mod suggest;

pub use diagnostic::{Diagnostic, Diagnostics, Related, Severity};
pub use fields::Fields;
pub use findings::Findings;
pub use node::{Node, Span, Value};
pub use parse::{Limits, parse};
pub use place::{Place, Places};
pub use rule::{RULES, Rule};
pub use suggest::closest;

#[cfg(test)]
pub(crate) mod tests;
