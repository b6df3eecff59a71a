//! A manifest → what a host has to know to run it, as wadm and the providers read it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

/// What one application comes to on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specification {
    /// The component's image.
    pub image: String,
    /// How many messages it handles at once.
    pub instances: usize,
    /// The component's configuration.
    pub config: BTreeMap<String, String>,
    /// Subjects, each with a queue group where several share the messages.
    pub subscriptions: Vec<(String, Option<String>)>,
    /// Where it answers HTTP requests.
    pub address: Option<SocketAddr>,
    /// How long a request may take.
    pub request_limit: Duration,
    /// Configuration of the component's links: interface (`wasi:keyvalue/store`) →
    /// its values.
    pub links: BTreeMap<String, BTreeMap<String, String>>,
}

/// What the HTTP provider allows where the link says nothing.
const REQUEST_LIMIT: Duration = Duration::from_secs(600);

impl Specification {
    /// Reads an application's document. The error says what of it cannot be run here.
    pub fn of(document: &Value) -> Result<Self, String> {
        let parts = document["spec"]["components"].as_array().map_or(&[][..], Vec::as_slice);
        let mut components = parts.iter().filter(|part| part["type"] == "component");
        let (Some(component), None) = (components.next(), components.next()) else {
            return Err("it should have one part of type `component`".to_owned());
        };
        let name = text(&component["name"]);
        let mut specification = Self {
            image: text(&component["properties"]["image"]),
            instances: traits(component, "daemonscaler")
                .find_map(|scaler| scaler["instances"].as_u64())
                .map_or(1, |instances| usize::try_from(instances).unwrap_or(usize::MAX)),
            config: configured(&component["properties"]["config"]),
            subscriptions: Vec::new(),
            address: None,
            request_limit: REQUEST_LIMIT,
            links: BTreeMap::new(),
        };
        for link in traits(component, "link") {
            let config = configured(&link["target"]["config"]);
            for interface in interfaces(link) {
                specification.links.insert(interface, config.clone());
            }
        }
        let into = parts
            .iter()
            .filter(|part| part["type"] == "capability")
            .flat_map(|part| traits(part, "link"))
            .filter(|link| link["target"]["name"] == *name);
        for link in into {
            let config = configured(&link["source"]["config"]);
            for interface in interfaces(link) {
                specification.called_through(&interface, &config)?;
            }
        }
        Ok(specification)
    }

    /// The names of configurations without values: they are on the lattice already.
    pub(super) fn named_configs(document: &Value) -> impl Iterator<Item = String> {
        let parts = document["spec"]["components"].as_array().into_iter().flatten();
        let links = parts.flat_map(|part| traits(part, "link"));
        let configs = links.flat_map(|link| link["target"]["config"].as_array().into_iter().flatten());
        let named = configs.filter(|config| config["properties"].is_null());
        named.map(|config| text(&config["name"]))
    }

    /// A provider that calls the component.
    fn called_through(&mut self, interface: &str, config: &BTreeMap<String, String>) -> Result<(), String> {
        match interface {
            "wasmcloud:messaging/handler" => {
                let subscriptions = config.get("subscriptions").map_or("", String::as_str);
                let named = subscriptions.split(',').map(str::trim).filter(|text| !text.is_empty());
                self.subscriptions.extend(named.map(|text| match text.split_once('|') {
                    Some((subject, queue)) => (subject.to_owned(), Some(queue.to_owned())),
                    None => (text.to_owned(), None),
                }));
            }
            "wasi:http/incoming-handler" => {
                let address = config.get("address").map_or("0.0.0.0:8000", String::as_str);
                let parsed = address.parse();
                self.address = Some(parsed.map_err(|_| format!("`{address}` is no address of the form ip:port"))?);
                let limit = config.get("timeout_ms").and_then(|limit| limit.parse().ok());
                self.request_limit = limit.map_or(REQUEST_LIMIT, Duration::from_millis);
            }
            other => return Err(format!("the embedded host does not offer {other}")),
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The properties of a part's traits of one type.
fn traits<'d>(part: &'d Value, kind: &'static str) -> impl Iterator<Item = &'d Value> {
    let traits = part["traits"].as_array().into_iter().flatten();
    traits
        .filter(move |one| one["type"] == kind)
        .map(|one| &one["properties"])
}

/// `namespace:package/interface` of a link.
fn interfaces(link: &Value) -> impl Iterator<Item = String> {
    let (namespace, package) = (text(&link["namespace"]), text(&link["package"]));
    let named = link["interfaces"].as_array().into_iter().flatten();
    named.map(move |interface| format!("{namespace}:{package}/{}", text(interface)))
}

/// All values of a list of configs.
fn configured(configs: &Value) -> BTreeMap<String, String> {
    let configs = configs.as_array().into_iter().flatten();
    let values = configs.filter_map(|config| config["properties"].as_object()).flatten();
    values.map(|(key, value)| (key.clone(), text(value))).collect()
}

#[cfg(test)]
mod tests;
