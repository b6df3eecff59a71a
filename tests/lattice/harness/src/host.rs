//! wasmCloud hosts.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::timeout;

use crate::folder::Folder;
use crate::nats;
use crate::part::{Part, Recipe};
use crate::wait;

/// How long the answers to a ping are collected.
const PING: Duration = Duration::from_millis(200);

/// How often the hosts of tests tell of themselves.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(1);

/// What every host of a lattice is started with.
pub(crate) struct Surroundings<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) programs: &'a Path,
    pub(crate) lattice: &'a str,
    pub(crate) nats: &'a str,
    /// Those that speak plain http.
    pub(crate) registries: Vec<&'a str>,
    pub(crate) max_execution: Duration,
    /// How often it tells of itself.
    pub(crate) heartbeat: Duration,
}

/// What starts a host with the labels `name` and `host-type` (both `name`, but for
/// what `labels` says), and these arguments.
pub(crate) fn recipe(
    around: &Surroundings<'_>,
    name: &str,
    labels: &[(&str, &str)],
    arguments: &[&str],
) -> anyhow::Result<Recipe> {
    let settings = [
        ("--nats", format!("nats://{}", around.nats)),
        ("--lattice", around.lattice.to_owned()),
        ("--heartbeat-ms", around.heartbeat.as_millis().to_string()),
        ("--max-execution-ms", around.max_execution.as_millis().to_string()),
    ];
    // A label that is given twice has the last value.
    let (default, own) = ([("host-type", name)], [("name", name)]);
    let labels = default.iter().chain(labels).chain(&own);
    let registries = around
        .registries
        .iter()
        .map(|registry| ("--insecure-registry", (*registry).to_owned()));
    let all = settings
        .into_iter()
        .chain(registries)
        .chain(labels.map(|(key, value)| ("--label", format!("{key}={value}"))))
        .flat_map(|(key, value)| [key.to_owned(), value])
        .chain(arguments.iter().map(|argument| (*argument).to_owned()));
    Recipe::new(around.folder, name, &around.programs.join("host"), all)
}

/// Starts a host and waits until it answers. Answers the part and its id.
pub(crate) async fn start(
    around: &Surroundings<'_>,
    name: &str,
    labels: &[(&str, &str)],
) -> anyhow::Result<(Part, String)> {
    let mut part = recipe(around, name, labels, &[])?.start()?;
    let id = wait::until(&format!("host {name} answers"), async || {
        part.check()?;
        id(around.nats, around.lattice, name).await
    })
    .await?;
    Ok((part, id))
}

/// The id of the host `name` that answers at present.
pub(crate) async fn id(nats: &str, lattice: &str, name: &str) -> anyhow::Result<Option<String>> {
    let answers = ping(nats, lattice).await?;
    let found = answers.iter().find(|host| host["labels"]["name"] == name);
    Ok(found.and_then(|host| host["id"].as_str()).map(str::to_owned))
}

/// What the hosts of a lattice answer to a ping: `id`, `labels`, ….
pub(crate) async fn ping(nats: &str, lattice: &str) -> anyhow::Result<Vec<Value>> {
    let client = nats::connect(nats).await?;
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await?;
    client
        .publish_with_reply(format!("wasmbus.ctl.v1.{lattice}.host.ping"), inbox, "".into())
        .await?;
    let mut hosts = Vec::new();
    let _ = timeout(PING, async {
        while let Some(answer) = answers.next().await {
            if let Ok(mut answer) = serde_json::from_slice::<Value>(&answer.payload) {
                hosts.push(answer["response"].take());
            }
        }
    })
    .await;
    Ok(hosts)
}

/// What runs on the host `id`: `components`, `providers`, `labels`, ….
pub(crate) async fn inventory(nats: &str, lattice: &str, id: &str) -> anyhow::Result<Value> {
    let subject = format!("wasmbus.ctl.v1.{lattice}.host.get.{id}");
    let mut answer = nats::request(nats, subject, "").await?;
    Ok(answer["response"].take())
}
