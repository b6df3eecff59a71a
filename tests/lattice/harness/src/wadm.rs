//! wadm, which keeps the applications of the lattice running.

use std::path::Path;

use crate::folder::Folder;
use crate::nats;
use crate::options::Options;
use crate::part::Part;
use crate::wait;

pub(crate) const NAME: &str = "wadm";

/// Starts wadm and waits until it answers for the lattice.
pub(crate) async fn start(folder: &Folder, programs: &Path, options: &Options, nats: &str) -> anyhow::Result<Part> {
    let mut part = Part::start(
        folder,
        NAME,
        &programs.join("wadm"),
        [
            "--nats-server".to_owned(),
            nats.to_owned(),
            "--cleanup-interval".to_owned(),
            options.cleanup_interval.as_secs().to_string(),
        ],
    )?;
    let subject = format!("wadm.api.{}.model.list", options.lattice);
    wait::until("wadm answers", async || {
        part.check()?;
        Ok(nats::request(nats, subject.clone(), "").await.ok())
    })
    .await?;
    Ok(part)
}
