//! The order of the stages. The command line, the server and the Action all
//! come through here.

mod addresses;
mod artifacts;
mod away;
#[cfg(feature = "local")]
mod call;
mod carry_out;
mod cases;
mod cause;
mod deployments;
mod error;
mod examine;
mod generation;
mod gone;
mod outcome;
mod plan;
mod prepare;
mod projects;
mod promote;
mod recorded;
mod removal;
mod rollback;
mod run;
mod settle;
mod state;
mod status;
#[cfg(feature = "local")]
mod test;

pub use away::{Away, Part};
#[cfg(feature = "local")]
pub use call::{Callable, callable};
pub use cause::Cause;
pub use error::RunError;
pub use examine::{Examined, examine, schema};
pub use generation::generate;
pub use outcome::{Outcome, TaskOutcome, Times};
pub use plan::{Against, ProjectPlan, plan};
pub use prepare::{Prepared, PreparedProject, PreparedTask, prepare};
pub use promote::{Promoted, PromotedTarget, Promotion, promote, promotion};
pub use recorded::{Recorded, recorded};
pub use removal::remove;
pub use rollback::{Back, rollback};
pub use run::{Goal, Prune, Request, check, check_database, run};
pub use settle::{Departure, Settled, Settling, Unchanged, departures, settle, settle_among};
pub use state::manifests;
pub use status::{TaskStatus, drift, status};
#[cfg(feature = "local")]
pub use test::{Tested, test};
