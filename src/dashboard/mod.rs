//! The pages of the runner: values in, HTML out. The server decides who sees them.
//!
//! There is no script, and every value is escaped by the template engine.

mod render;
mod view;

pub(crate) use askama::Error as RenderError;
pub(crate) use render::{ICON, STYLE, problem, run, runs};
