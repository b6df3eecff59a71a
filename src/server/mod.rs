//! The HTTP side of the runner: webhooks in, pages and JSON out.
//!
//! Nothing slow stands between a delivery and its answer: it is bounded, verified,
//! read and stored here, and worked off elsewhere. No text of an error inside
//! reaches a client; it goes to the log.

mod access;
mod answer;
mod body;
mod figures;
mod health;
mod listen;
mod pages;
mod routes;
mod run_json;
mod runs;
mod sender;
mod settings;
mod state;
mod webhook;

pub use answer::problems;
pub use axum::Router;
pub use figures::Figures;
pub use health::{Check, Seen};
pub use listen::{Connections, serve};
pub use routes::{Route, router, routes};
pub use run_json::{RunJson, RunsJson};
pub use settings::{Hook, Settings, SettingsError};
