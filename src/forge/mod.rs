//! Forges: GitHub and Gitea (Forgejo too). A delivery is verified here, read as a
//! [`Push`], and the outcome goes back as a commit status.
//!
//! A forge's field names and headers are known to its own folder and to nothing
//! else. Adding a forge is a folder with `delivery.rs` and `statuses.rs`, a
//! variant of [`ForgeKind`] and of [`Forge`].

mod client;
mod delivery;
mod error;
mod gitea;
mod github;
mod kind;
mod name;
mod payload;
mod reach;
mod signature;
mod status;

pub use client::Forge;
pub use delivery::{Delivery, NotReadable, Push, read, repository_name};
pub use error::ForgeError;
pub use kind::{ForgeKind, UnknownForge};
pub use name::title;
pub use payload::asks_to_skip;
pub use reach::{answers, origin};
pub use signature::verify;
pub use status::{CommitStatus, StatusState};
