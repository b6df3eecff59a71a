//! `workflow.yaml`: model, parser, rules, and diagnostics with spans. Pure.

mod model;
mod template;

pub use model::{Address, Task, Workflow};
pub use template::{KeyKind, KeySpec, TemplateSpec};
