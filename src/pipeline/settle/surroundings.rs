//! What else decides what a project wants.

use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::pipeline::RunError;
use crate::services::Services;

/// A digest of all that a plan depends on beside the project and what is deployed. Where
/// in doubt something is in it: too much costs a look, too little would leave something
/// undone.
pub(super) fn digest(repository: &str, toolchain: &str, services: &Services) -> Result<[u8; 32], RunError> {
    let environment = services.environment();
    let mut digest = Sha256::new();
    for part in [
        program(),
        repository.to_owned(),
        toolchain.to_owned(),
        crate::build::RECIPE.to_owned(),
        services.templates().digest(),
        environment.name.clone(),
        format!("{:?}", services.providers()),
        environment.nats.url.clone(),
        format!("{:?}", environment.targets),
        format!(
            "{:?} {} {}",
            environment.deploy,
            environment.lattice,
            environment.has_agent()
        ),
        format!("{} {:?}", services.database()?.is_some(), services.database_mark()),
    ] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Ok(digest.finalize().into())
}

/// Another Pelato may want something else of the same project. A version is no mark: what
/// is built from its sources between two of them has the same.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let file = file.and_then(|file| Ok((file.len(), file.modified()?)));
    let (size, time) = file.unwrap_or((0, UNIX_EPOCH));
    let time = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{} {size} {time}", env!("CARGO_PKG_VERSION"))
}
