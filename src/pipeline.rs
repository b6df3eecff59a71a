//! The order of the stages. The command line, the server and the Action all
//! come through here.

mod artifacts;
#[cfg(feature = "local")]
mod call;
mod carry_out;
mod cases;
mod cause;
mod deployments;
mod error;
mod examine;
mod generation;
mod outcome;
mod prepare;
mod removal;
mod run;
mod settle;
mod state;
#[cfg(feature = "local")]
mod test;

#[cfg(feature = "local")]
pub use call::{Callable, callable};
pub use cause::Cause;
pub use error::RunError;
pub use examine::{Examined, examine, schema};
pub use generation::generate;
pub use outcome::{Outcome, TaskOutcome, Times};
pub use prepare::{Prepared, PreparedProject, PreparedTask, prepare};
pub use removal::remove;
pub use run::{Goal, Request, check, run};
pub use settle::{Settled, Settling, settle, settle_among};
pub use state::manifests;
#[cfg(feature = "local")]
pub use test::{Tested, test};
