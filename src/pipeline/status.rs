//! What runs where.

use super::recorded::by_task;
use super::{Recorded, Request, RunError};
use crate::deploy::Look;
use crate::services::Services;

/// The tasks of the request's projects that are deployed, and whether they run. Only
/// looks; the registry is not asked.
pub async fn status(request: &Request<'_>, services: &Services) -> Result<Vec<Recorded<Look>>, RunError> {
    let all = services.destination().await?.look().await?;
    Ok(by_task(request, &services.environment().name, all, |look| {
        &look.deployed
    }))
}
