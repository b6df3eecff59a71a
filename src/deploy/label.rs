//! Labels of hosts, and telling wadm of them.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::timeout;
use uuid::Uuid;

use super::DeployError;
use super::host::{ANSWER_LIMIT, Control, Host};

impl Control {
    /// Gives a host a label, and tells wadm at once. A host that does not answer has
    /// none; the next look shows it.
    pub(super) async fn put_label(&self, host: &Host, key: &str) -> Result<(), DeployError> {
        self.label("put", host, json!({ "key": key, "value": "yes" })).await
    }

    /// Takes a label away, and tells wadm at once.
    pub(super) async fn delete_label(&self, host: &Host, key: &str) -> Result<(), DeployError> {
        self.label("del", host, json!({ "key": key })).await
    }

    async fn label(&self, verb: &str, host: &Host, label: Value) -> Result<(), DeployError> {
        let subject = self.subject(&format!("label.{verb}.{}", host.id));
        let client = &self.connection.client;
        let asked = timeout(ANSWER_LIMIT, client.request(subject, label.to_string().into())).await;
        if let Ok(Err(error)) = asked
            && let Some(fault) = self.connection.at_fault(&error)
        {
            return Err(fault);
        }
        self.announce(host).await
    }

    /// Tells wadm how a host stands, in the host's words. It would hear of it with the
    /// host's next heartbeat, half a minute later on a stock host: wadm does not listen to
    /// announcements of labels.
    async fn announce(&self, host: &Host) -> Result<(), DeployError> {
        let Some(inventory) = self.raw_inventory(host).await? else {
            return Ok(());
        };
        let event = json!({
            "specversion": "1.0",
            "id": Uuid::new_v4().to_string(),
            "source": host.id,
            "type": "com.wasmcloud.lattice.host_heartbeat",
            "datacontenttype": "application/json",
            "time": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            "data": inventory,
        });
        let subject = format!("wasmbus.evt.{}.host_heartbeat", self.lattice);
        let sent = self.connection.client.publish(subject, event.to_string().into()).await;
        sent.map_err(|error| self.connection.broken(error))
    }

    async fn raw_inventory(&self, host: &Host) -> Result<Option<Value>, DeployError> {
        let subject = self.subject(&format!("host.get.{}", host.id));
        match timeout(ANSWER_LIMIT, self.connection.client.request(subject, "".into())).await {
            Ok(Ok(message)) => {
                let answer: Option<Value> = serde_json::from_slice(&message.payload).ok();
                Ok(answer
                    .map(|mut answer| answer["response"].take())
                    .filter(Value::is_object))
            }
            Ok(Err(error)) => self.connection.at_fault(&error).map_or(Ok(None), Err),
            Err(_) => Ok(None),
        }
    }
}
