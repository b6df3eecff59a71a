//! wadm, which keeps the applications of the lattice running.

use std::path::Path;
use std::time::Duration;

use crate::folder::Folder;
use crate::nats;
use crate::options::Options;
use crate::part::{Part, Recipe};
use crate::wait;

pub(crate) const NAME: &str = "wadm";

/// What starts wadm.
pub(crate) fn recipe(folder: &Folder, programs: &Path, cleanup: Duration, nats: &str) -> anyhow::Result<Recipe> {
    let settings = [
        ("--nats-server", nats.to_owned()),
        ("--cleanup-interval", cleanup.as_secs().to_string()),
    ];
    let arguments = settings.into_iter().flat_map(|(key, value)| [key.to_owned(), value]);
    Recipe::new(folder, NAME, &programs.join("wadm"), arguments)
}

/// Starts wadm and waits until it answers for the lattice.
pub(crate) async fn start(folder: &Folder, programs: &Path, options: &Options, nats: &str) -> anyhow::Result<Part> {
    let nats = match &options.wadm_user {
        None => nats.to_owned(),
        Some(user) => format!("{user}@{nats}"),
    };
    let part = recipe(folder, programs, options.cleanup_interval, &nats)?.start()?;
    answers(part, &nats, &options.lattice).await
}

/// Waits until wadm answers for the lattice.
pub(crate) async fn answers(mut part: Part, nats: &str, lattice: &str) -> anyhow::Result<Part> {
    let subject = format!("wadm.api.{lattice}.model.list");
    wait::until("wadm answers", async || {
        part.check()?;
        Ok(nats::request(nats, subject.clone(), "").await.ok())
    })
    .await?;
    Ok(part)
}
