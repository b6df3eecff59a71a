//! What of the room `forge` reads deliveries, without what posts statuses.

#[path = "../../src/forge/delivery.rs"]
mod delivery;
#[path = "../../src/forge/kind.rs"]
mod kind;
#[path = "../../src/forge/name.rs"]
mod name;
#[path = "../../src/forge/payload.rs"]
mod payload;
#[path = "../../src/forge/signature.rs"]
mod signature;

#[path = "../../src/forge/gitea/delivery.rs"]
mod of_gitea;
#[path = "../../src/forge/github/delivery.rs"]
mod of_github;

mod gitea {
    pub(super) use super::of_gitea::{SIGNATURE, read};
}

mod github {
    pub(super) use super::of_github::{SIGNATURE, read};
}

pub use delivery::{Delivery, NotReadable, Push, read, repository_name};
pub use kind::{ForgeKind, UnknownForge};
pub use signature::verify;
