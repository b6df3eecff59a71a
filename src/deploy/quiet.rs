//! Letting providers listen no longer, before they are stopped.
//!
//! A provider of messages that is stopped forgets its component before the calls that are
//! on their way have published what came of them (`async fn shutdown` in `src/lib.rs` of
//! `wasmcloud-provider-messaging-nats` 0.27.0). So it is first told that the link by which
//! it calls the component is gone: it subscribes no longer, and calls on their way end as
//! always. It is told directly, on the subject on which its host would: host and wadm have
//! the link still, and do not put it back. Who takes over is any other target.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::DeployError;
use super::application::{id, is_built_in};
use super::host::Control;

/// How long calls that are on their way are given.
const ON_THEIR_WAY: Duration = Duration::from_millis(250);

/// A provider, and the link by which it calls the component.
#[derive(Debug, PartialEq)]
struct Subscription {
    provider: String,
    /// As hosts write it.
    link: Value,
}

impl Control {
    /// Ends the subscriptions of an application's providers that are processes of their
    /// own, wherever they run, and waits for the calls that are on their way.
    pub(super) async fn quieten(&self, application: &str, document: &Value) -> Result<(), DeployError> {
        self.quieten_all(&[(application, document)]).await
    }

    /// The same of several applications.
    pub(super) async fn quieten_all(&self, all: &[(&str, &Value)]) -> Result<(), DeployError> {
        let subscriptions = all
            .iter()
            .flat_map(|(application, document)| subscriptions(application, document));
        let mut any = false;
        for Subscription { provider, link } in subscriptions {
            any = true;
            let subject = format!("wasmbus.rpc.{}.{provider}.linkdefs.del", self.lattice);
            let told = self.connection.client.publish(subject, link.to_string().into());
            told.await.map_err(|error| self.connection.broken(error))?;
        }
        if any {
            sleep(ON_THEIR_WAY).await;
        }
        Ok(())
    }
}

fn subscriptions(application: &str, document: &Value) -> Vec<Subscription> {
    let parts = || document["spec"]["components"].as_array().into_iter().flatten();
    let named = |name: &str| parts().find(|part| part["name"] == name && part["type"] == "component");
    let id_of = |part: &Value| Some(id(application, part["name"].as_str()?, &part["properties"]));
    let of = |part: &Value, link: &Value| {
        let target = named(link["target"]["name"].as_str()?)?;
        let (provider, component) = (id_of(part)?, id_of(target)?);
        let link = json!({
            "source_id": provider,
            "target": component,
            "name": link["name"].as_str().unwrap_or("default"),
            "wit_namespace": link["namespace"],
            "wit_package": link["package"],
            "interfaces": link["interfaces"],
        });
        Some(Subscription { provider, link })
    };
    let processes = parts().filter(|part| part["type"] == "capability" && !is_built_in(&part["properties"]["image"]));
    let links = processes.flat_map(|part| {
        let traits = part["traits"].as_array().into_iter().flatten();
        let links = traits.filter(|one| one["type"] == "link").map(|one| &one["properties"]);
        links.map(move |link| (part, link))
    });
    links
        .filter(|(_, link)| link["namespace"] == "wasmcloud" && link["package"] == "messaging")
        .filter_map(|(part, link)| of(part, link))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(image: &str, package: &str) -> Value {
        json!({ "spec": { "components": [
            { "name": "task", "type": "component", "properties": { "image": "x" }, "traits": [
                { "type": "link", "properties": {
                    "target": { "name": "messaging" }, "namespace": "wasmcloud", "package": "messaging",
                    "interfaces": ["consumer"],
                } },
            ] },
            { "name": "messaging", "type": "capability", "properties": { "image": image }, "traits": [
                { "type": "daemonscaler", "properties": { "instances": 1 } },
                { "type": "link", "properties": {
                    "target": { "name": "task" }, "namespace": "wasmcloud", "package": package,
                    "interfaces": ["handler"], "source": { "config": [] },
                } },
            ] },
        ] } })
    }

    #[test]
    fn the_link_by_which_a_process_calls_the_component_is_named_as_hosts_name_it() {
        let found = subscriptions("only-warm-edge", &document("registry.example/messaging:1", "messaging"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].provider, "only_warm_edge-messaging");
        insta::assert_snapshot!(found[0].link, @r#"{"interfaces":["handler"],"name":"default","source_id":"only_warm_edge-messaging","target":"only_warm_edge-task","wit_namespace":"wasmcloud","wit_package":"messaging"}"#);
    }

    #[test]
    fn who_serves_http_and_who_is_part_of_the_host_is_left_alone() {
        for (image, package) in [
            ("registry.example/http:1", "http"),
            ("wasmcloud+builtin://messaging-nats", "messaging"),
        ] {
            assert_eq!(subscriptions("a", &document(image, package)), []);
        }
    }
}
