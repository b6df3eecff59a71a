//! Which tasks are new, changed, unchanged, renamed or removed, and why. Pure: what is
//! wanted and what is deployed go in, a plan comes out.

mod decide;
mod note;
mod rename;
mod values;

pub use decide::plan;
pub use note::Note;
pub use values::{Base, Change, Found, Leftovers, PlannedTask, Wanted, WantedTarget};
