//! A lattice: who is on it and what is deployed there.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use super::DeployError;
use super::application::Deployed;
use super::database::Database;
use super::host::{Control, Host};
use super::limits::Limits;
use super::nats::NatsConfig;
use super::turns::Turns;
use super::wadm::Wadm;

/// How many manifests are asked for at once.
const AT_ONCE: usize = 8;

/// A count of hosts is as good as a new one for so long. Announcements and the next
/// count tell of what changes meanwhile.
pub(super) const RECENT: Duration = Duration::from_secs(2);

/// A wasmCloud lattice with its wadm, over one NATS connection.
pub struct Lattice {
    pub(super) control: Control,
    pub(super) wadm: Wadm,
    pub(super) limits: Limits,
    pub(super) database: Option<Database>,
    pub(super) turns: Turns,
}

impl Lattice {
    /// Connects to NATS, in 5 s at most. Whether wadm and hosts are there
    /// shows when they are asked.
    pub async fn connect(nats: &NatsConfig, lattice: &str) -> Result<Self, DeployError> {
        let connection = nats.connect().await?;
        Ok(Self {
            wadm: Wadm::new(connection.clone(), lattice),
            control: Control::new(connection, lattice),
            limits: Limits::default(),
            database: None,
            turns: Turns::default(),
        })
    }

    /// The same with other bounds on its waits.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Whether NATS and wadm answer within `limit`. Asks for an application that nobody
    /// has: a list may be long.
    pub async fn answers(&self, limit: Duration) -> Result<(), DeployError> {
        let asked = tokio::time::timeout(limit, self.wadm.get("pelato-is-anybody-there"));
        asked.await.unwrap_or_else(|_| Err(self.wadm.unanswered()))?;
        Ok(())
    }

    /// All hosts that answer within 2 s, in the order of their names.
    pub async fn hosts(&self) -> Result<Vec<Host>, DeployError> {
        self.control.hosts(Instant::now()).await
    }

    /// The same, counted [`RECENT`] ago at most.
    pub(super) async fn hosts_lately(&self) -> Result<Vec<Host>, DeployError> {
        let now = Instant::now();
        self.control.hosts(now.checked_sub(RECENT).unwrap_or(now)).await
    }

    /// Counts the hosts meanwhile: who deploys soon need not wait for their answers.
    pub(super) fn count_ahead(&self) {
        let control = self.control.clone();
        // Whoever needs them asks again, and is told why not.
        tokio::spawn(async move { drop(control.hosts(Instant::now()).await) });
    }

    /// What wadm has of an application: its deployed version, else the latest.
    pub async fn deployed(&self, application: &str) -> Result<Option<Deployed>, DeployError> {
        self.wadm.get(application).await
    }

    /// All applications that carry `pelato.*` annotations, in the order of
    /// their names.
    pub async fn applications(&self) -> Result<Vec<Deployed>, DeployError> {
        let mut ours = self.each_application(|deployed| deployed).await?;
        ours.sort_by(|a, b| a.application.cmp(&b.application));
        Ok(ours)
    }

    /// What `keep` keeps of each such application, in no order: a manifest is large, and
    /// there may be thousands.
    pub(super) async fn each_application<T>(&self, keep: impl Fn(Deployed) -> T) -> Result<Vec<T>, DeployError> {
        let keep = &keep;
        let names = self.wadm.list().await?.into_iter().map(|summary| summary.name);
        let is_ours = |deployed: &Deployed| deployed.annotations.keys().any(|key| key.starts_with("pelato."));
        let all: Vec<Option<T>> = stream::iter(names)
            .map(|name| async move { Ok::<_, DeployError>(self.wadm.get(&name).await?.filter(is_ours).map(keep)) })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(all.into_iter().flatten().collect())
    }
}
