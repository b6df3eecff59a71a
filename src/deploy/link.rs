//! The ways to databases, as configurations on the lattice.
//!
//! A manifest names such a configuration, and never holds what is in it: manifests are
//! shown, kept by wadm, and written to disks. Each application has its own, so that it
//! can go when the application goes. Its name ends with a mark of its content: hosts
//! give a link the configuration that it had when the link was made, so that a changed
//! password needs another name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::RequestErrorKind;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;
use uuid::Uuid;

use super::database::Database;
use super::host::Control;
use super::lattice::Lattice;
use super::{DeployError, Specification};
use crate::generate::SQL_CONFIG;

/// Where the key of the marks is. Who can read it can read the passwords too.
const KEY: &str = "pelato-sql-key";
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// What a host answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    success: bool,
    #[serde(default)]
    message: String,
    response: Option<BTreeMap<String, String>>,
}

impl Lattice {
    /// The same for applications that write to this database.
    #[must_use]
    pub fn with_database(self, database: Option<Database>) -> Self {
        Self { database, ..self }
    }

    /// What tells the environment's database from any other in the names of
    /// configurations. None without a database, and where no host is there to ask.
    pub async fn database_mark(&self) -> Result<Option<String>, DeployError> {
        let Some(database) = &self.database else {
            return Ok(None);
        };
        let Some(found) = self.control.config("get", KEY, Vec::new()).await? else {
            return Ok(None);
        };
        let key = match found.response.and_then(|mut found| found.remove("key")) {
            Some(key) => key,
            None => {
                let key = [Uuid::new_v4(), Uuid::new_v4()]
                    .map(|part| part.simple().to_string())
                    .concat();
                self.put_config(KEY, &BTreeMap::from([("key", key.clone())])).await?;
                key
            }
        };
        Ok(database.mark(key.as_bytes()))
    }

    /// Sees to it that what a manifest names is there before it is deployed.
    pub(super) async fn put_ways(&self, document: &Value) -> Result<(), DeployError> {
        for name in ways(document) {
            // Without a database it is on the lattice by other means.
            let Some(database) = &self.database else { continue };
            let wanted = database.configuration();
            let found = self.control.config("get", &name, Vec::new()).await?;
            let found = found.and_then(|answer| answer.response).unwrap_or_default();
            let same = found.iter().map(|(key, value)| (key.as_str(), value));
            if !same.eq(wanted.iter().map(|(key, value)| (*key, value))) {
                self.put_config(&name, &wanted).await?;
            }
        }
        Ok(())
    }

    /// Forgets what the manifest `had` names and `now` does not.
    pub(super) async fn forget_ways(&self, had: &Value, now: Option<&Value>) -> Result<(), DeployError> {
        let kept = now.map(ways).unwrap_or_default();
        for name in ways(had).difference(&kept) {
            // Without any host there is nobody to tell, and nobody who uses it.
            self.control.config("del", name, Vec::new()).await?;
        }
        Ok(())
    }

    async fn put_config(&self, name: &str, values: &BTreeMap<&'static str, String>) -> Result<(), DeployError> {
        let refused = |reason: String| DeployError::Way {
            name: name.to_owned(),
            lattice: self.control.lattice.clone(),
            reason,
        };
        let content = serde_json::to_vec(values).map_err(|error| refused(error.to_string()))?;
        match self.control.config("put", name, content).await? {
            Some(answer) if answer.success => Ok(()),
            Some(answer) => Err(refused(answer.message)),
            None => Err(refused("no host answers".to_owned())),
        }
    }
}

impl Control {
    /// Asks any host about a configuration; none where there is no host.
    async fn config(&self, verb: &str, name: &str, content: Vec<u8>) -> Result<Option<Answer>, DeployError> {
        let subject = self.subject(&format!("config.{verb}.{name}"));
        let silent = |reason: &str| DeployError::Way {
            name: name.to_owned(),
            lattice: self.lattice.clone(),
            reason: reason.to_owned(),
        };
        match timeout(ANSWER_LIMIT, self.connection.client.request(subject, content.into())).await {
            // What the parser says may hold a value.
            Ok(Ok(answer)) => serde_json::from_slice(&answer.payload)
                .map(Some)
                .map_err(|_| silent("the host's answer cannot be read")),
            Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => Ok(None),
            Ok(Err(error)) => Err(self
                .connection
                .at_fault(&error)
                .unwrap_or_else(|| silent("no host answers"))),
            Err(_) => Err(silent("no host answers in time")),
        }
    }
}

/// The configurations of ours that a manifest's links name.
pub(super) fn ways(document: &Value) -> BTreeSet<String> {
    let own = document["metadata"]["name"].as_str().unwrap_or_default();
    let own = format!("{SQL_CONFIG}-{own}");
    let named = Specification::named_configs(document);
    named
        .filter(|name| *name == own || name.starts_with(&format!("{own}-")))
        .collect()
}
