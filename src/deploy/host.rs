//! The hosts of a lattice and what they run, over wasmCloud's control
//! interface (`wasmbus.ctl.v1.<lattice>.…`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{RequestErrorKind, Subscriber};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use super::DeployError;
use super::connection::Connection;
use super::present::Roll;
use super::shared::Shared;

pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(2);
const HEALTH_LIMIT: Duration = Duration::from_millis(500);

/// The label that makes a host one of a target.
pub(super) const TARGET_LABEL: &str = "host-type";

/// A host that answers.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Host {
    /// Its public key.
    pub id: String,
    /// Such as `fragrant-silence-8211`.
    #[serde(rename = "friendly_name", default)]
    pub name: String,
    /// `host-type` among them.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Of wasmCloud.
    #[serde(default)]
    pub version: Option<String>,
    /// Since its start, in seconds.
    #[serde(default)]
    pub uptime_seconds: u64,
}

impl Host {
    /// The target that it serves, if it says one.
    pub fn target(&self) -> Option<&str> {
        self.labels.get(TARGET_LABEL).map(String::as_str)
    }
}

/// One thing that a host runs.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Part {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) image_ref: Option<String>,
    /// How many messages a component works on at once.
    #[serde(default)]
    pub(super) max_instances: Option<u32>,
}

/// What a host runs.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Inventory {
    #[serde(default)]
    pub(super) components: Vec<Part>,
    #[serde(default)]
    pub(super) providers: Vec<Part>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
}

/// A host's answer to being asked what it runs.
#[derive(Clone)]
pub(super) enum Asked {
    Runs(Inventory),
    /// No such host any more.
    Gone,
    /// It is there, but too busy to say.
    Silent,
}

/// The envelope of all answers.
#[derive(Deserialize)]
pub(super) struct Answer<T> {
    pub(super) response: Option<T>,
}

/// The control interface of one lattice.
#[derive(Clone)]
pub(super) struct Control {
    pub(super) connection: Connection,
    pub(super) lattice: String,
    pub(super) roll: Arc<Roll>,
    /// What each host said last, by id.
    inventories: Arc<Mutex<BTreeMap<String, Arc<Shared<Asked>>>>>,
}

impl Control {
    /// The control interface of `lattice`.
    pub(super) fn new(connection: Connection, lattice: &str) -> Self {
        Self {
            connection,
            lattice: lattice.to_owned(),
            roll: Arc::default(),
            inventories: Arc::default(),
        }
    }

    /// How many of a provider's processes answer; stops asking at `enough`.
    ///
    /// An inventory shows a provider as soon as its process is started, some
    /// 100 ms before it listens. The provider's own answer comes after that.
    pub(super) async fn answering(&self, provider_id: &str, enough: usize) -> Result<usize, DeployError> {
        let subject = format!("wasmbus.rpc.{}.{provider_id}.health", self.lattice);
        let mut answers = self.ask_all(subject).await?;
        let until = Instant::now() + HEALTH_LIMIT;
        let mut count = 0;
        while count < enough {
            match timeout_at(until, answers.next()).await {
                Ok(Some(message)) if message.status.is_none() => count += 1,
                _ => break,
            }
        }
        Ok(count)
    }

    /// Asks whoever listens; the answers come as they please.
    pub(super) async fn ask_all(&self, subject: String) -> Result<Subscriber, DeployError> {
        let client = &self.connection.client;
        let inbox = client.new_inbox();
        let answers = client.subscribe(inbox.clone()).await;
        let answers = answers.map_err(|error| self.connection.broken(error))?;
        let asked = client.publish_with_reply(subject, inbox, "".into()).await;
        asked.map_err(|error| self.connection.broken(error))?;
        Ok(answers)
    }

    /// What one host runs.
    ///
    /// All who ask at the same time share an answer: each of twenty that are waited for
    /// looks again at every announcement.
    pub(super) async fn inventory(&self, host: &Host) -> Result<Asked, DeployError> {
        let since = Instant::now();
        let shared = {
            let mut inventories = self.inventories.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(inventories.entry(host.id.clone()).or_default())
        };
        shared.since(since, self.ask_inventory(host)).await
    }

    async fn ask_inventory(&self, host: &Host) -> Result<Asked, DeployError> {
        let subject = self.subject(&format!("host.get.{}", host.id));
        let asked = timeout(ANSWER_LIMIT, self.connection.client.request(subject, "".into())).await;
        match asked {
            Ok(Ok(message)) => Ok(match serde_json::from_slice(&message.payload) {
                Ok(Answer {
                    response: Some(inventory),
                }) => Asked::Runs(inventory),
                _ => Asked::Silent,
            }),
            Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => Ok(Asked::Gone),
            Ok(Err(error)) => match self.connection.at_fault(&error) {
                Some(fault) => Err(fault),
                None => Ok(Asked::Silent),
            },
            Err(_) => Ok(Asked::Silent),
        }
    }

    /// Tells a host to stop a component. What comes of it shows in the inventory.
    pub(super) async fn stop_component(&self, host: &Host, part: &Part) -> Result<(), DeployError> {
        let command = json!({
            "component_ref": part.image_ref,
            "component_id": part.id,
            "host_id": host.id,
            "count": 0,
        });
        self.tell(&format!("component.scale.{}", host.id), &command).await
    }

    /// Tells a host to stop a provider. What comes of it shows in the inventory.
    pub(super) async fn stop_provider(&self, host: &Host, part: &Part) -> Result<(), DeployError> {
        let command = json!({ "host_id": host.id, "provider_id": part.id });
        self.tell(&format!("provider.stop.{}", host.id), &command).await
    }

    async fn tell(&self, verb: &str, command: &Value) -> Result<(), DeployError> {
        self.connection
            .client
            .publish(self.subject(verb), command.to_string().into())
            .await
            .map_err(|error| self.connection.broken(error))
    }

    pub(super) fn subject(&self, verb: &str) -> String {
        format!("wasmbus.ctl.v1.{}.{verb}", self.lattice)
    }
}
