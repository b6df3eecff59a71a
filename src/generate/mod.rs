//! A template and a task give sources and manifests. Pure, but for [`write`],
//! which alone touches the disk.
//!
//! What repository files say is copied or quoted, never rendered as a template.

mod author;
mod digest;
mod draft;
mod error;
mod fill;
mod manifest;
mod placement;
mod problem;
mod quote;
mod render;
mod sources;
mod template;
mod templates;
mod write;

pub use draft::Draft;
pub use error::GenerateError;
pub use manifest::{Manifest, ORDER, SQL_CONFIG, UNBUILT, manifest, ready_label};
pub use placement::{Owner, Placement, Providers};
pub use problem::TemplateError;
pub use render::render;
pub use sources::{Inputs, Sources};
pub use template::{Example, Template};
pub use templates::Templates;
pub use write::{WriteError, WriteSummary, write, write_some};
