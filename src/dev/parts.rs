//! What a session works with.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::WatchError;
use crate::build::{BuildError, Builder, Choice, Options};
use crate::deploy::{DeployError, NatsConfig};
use crate::report::Reporter;
use crate::runtime::{Buckets, Bus, RuntimeError, Sql, SqlError, Stores};
use crate::services::BuildSettings;

/// What a message may have on a bus of this process: NATS's own default.
const MAX_PAYLOAD: usize = 1 << 20;

/// Why a session cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Nothing to build with.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The embedded host does not start.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The files cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// The database that was named.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The NATS server that was named.
    #[error(transparent)]
    Nats(#[from] DeployError),
}

/// What builds. `auto` takes this machine's Go where it has one: a container's start
/// alone takes longer than compiling, and it is the author's own code on the author's
/// own machine.
pub(super) async fn builder(settings: BuildSettings, reporter: &Reporter) -> Result<Builder, BuildError> {
    let options = Options {
        // The host does, when it loads the component.
        validate: false,
        ..settings.options
    };
    let choose = |choice| Builder::choose(choice, settings.parallel, options.clone(), reporter);
    let builder = match settings.choice {
        Choice::Auto => match choose(Choice::Local).await {
            Err(BuildError::Go { .. }) => choose(Choice::Auto).await?,
            chosen => chosen?,
        },
        choice => choose(choice).await?,
    };
    builder.prepare(reporter).await?;
    Ok(builder)
}

/// Where tasks keep things: key-value buckets in a folder where one is named, else in
/// memory; rows in the database that is named.
///
/// # Errors
/// Where the database's address cannot be read.
pub fn stores(keyvalue: Option<&Path>, sql: Option<&SecretString>) -> Result<Stores, DevError> {
    Ok(Stores {
        buckets: keyvalue.map_or_else(Buckets::default, Buckets::folder),
        bucket: None,
        sql: sql.map(|url| Sql::named(url.expose_secret())).transpose()?,
    })
}

/// A real NATS where one is named.
pub(super) async fn bus(nats: Option<NatsConfig>) -> Result<Bus, DeployError> {
    match nats {
        None => Ok(Bus::memory(MAX_PAYLOAD)),
        Some(nats) => Ok(Bus::Nats(nats.client().await?.into())),
    }
}
