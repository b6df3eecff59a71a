//! Containers that a killed process left behind.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use bollard::errors::Error as EngineError;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;

use super::BuildError;
use super::lane;
use super::sandbox::{OWNER, RUN};

/// Seconds after which a container that does not run belongs to nobody. A lane ends
/// by itself after some minutes, even when the process that began it is gone.
const FORGOTTEN: i64 = 60 * 60;

/// Removes a run's containers, running or not; how many there were.
pub(super) async fn of_run(engine: &bollard::Docker, run: &str) -> Result<usize, BuildError> {
    labelled(engine, RUN, run).await
}

/// Removes an owner's containers, running or not; how many there were.
pub(super) async fn of_owner(engine: &bollard::Docker, owner: &str) -> Result<usize, BuildError> {
    labelled(engine, OWNER, owner).await
}

async fn labelled(engine: &bollard::Docker, label: &str, value: &str) -> Result<usize, BuildError> {
    let found = list(engine, HashMap::from([("label", vec![format!("{label}={value}")])])).await;
    let found = found.map_err(|error| BuildError::engine("list its containers", &error))?;
    for id in found.iter().filter_map(|found| found.id.as_deref()) {
        lane::remove(engine, id).await;
    }
    Ok(found.len())
}

/// Removes what earlier processes left on this engine and nobody asks for any more.
pub(super) async fn of_the_killed(engine: &bollard::Docker) {
    let ended = ["created", "exited", "dead"].map(str::to_owned).into();
    let filter = HashMap::from([("label", vec![RUN.to_owned()]), ("status", ended)]);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let old = |found: &ContainerSummary| {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        found
            .created
            .is_some_and(|created| now.saturating_sub(created) > FORGOTTEN)
    };
    let found = list(engine, filter).await.unwrap_or_default();
    for id in found.into_iter().filter(old).filter_map(|found| found.id) {
        lane::remove(engine, &id).await;
    }
}

async fn list(
    engine: &bollard::Docker,
    filter: HashMap<&str, Vec<String>>,
) -> Result<Vec<ContainerSummary>, EngineError> {
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filter)
        .build();
    engine.list_containers(Some(options)).await
}
