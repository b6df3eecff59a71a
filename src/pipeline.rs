//! The order of the stages. The command line, the server and the Action all
//! come through here.

mod artifacts;
mod cause;
mod deployments;
mod error;
mod outcome;
mod prepare;
mod removal;
mod run;
mod state;

pub use cause::Cause;
pub use error::RunError;
pub use outcome::{Outcome, TaskOutcome, Times};
pub use prepare::{Prepared, PreparedProject, PreparedTask, prepare};
pub use run::{Goal, Request, check, generate, remove, run};
