//! `workflow.yaml`: model, parser, rules, and diagnostics with spans. Pure.

mod address;
mod check;
mod code;
mod flow;
mod form;
mod model;
mod names;
mod read;
mod schema;
mod template;

pub use address::{Address, overlap};
pub use model::{Order, Task, Workflow};
pub use names::application_id;
pub use read::{Read, read};
pub use schema::{TaskKey, schema, task_keys};
pub use template::{KeyKind, KeySpec, TemplateSpec};

/// The workflow's file in a project's folder.
pub const FILE: &str = "workflow.yaml";

/// The folder of the authors' code in a project's folder.
pub const TASKS: &str = "tasks";
