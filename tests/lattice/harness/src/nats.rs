//! The NATS server, with JetStream.

use std::path::Path;

use anyhow::Context as _;
use async_nats::ConnectOptions;
use serde_json::Value;

use crate::folder::Folder;
use crate::options::Options;
use crate::part::Part;
use crate::wait;

pub(crate) const NAME: &str = "nats";

/// Starts the server; `port` is where one that ran before listened. Answers the part and
/// its address, `127.0.0.1:<port>`.
pub(crate) async fn start(
    folder: &Folder,
    programs: &Path,
    options: &Options,
    port: Option<u16>,
) -> anyhow::Result<(Part, String)> {
    let home = folder.of(NAME)?;
    // The program has no arguments for these.
    let config = format!("max_payload: {}\n{}\n", options.max_payload, options.nats);
    std::fs::write(home.join("nats.conf"), config)?;
    let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
    let mut part = Part::start(
        folder,
        NAME,
        &programs.join("nats-server"),
        [
            "--config",
            "nats.conf",
            "--addr",
            "127.0.0.1",
            "--port",
            &port,
            "--jetstream",
            "--store_dir",
            "jetstream",
            "--ports_file_dir",
            ".",
        ]
        .map(str::to_owned),
    )?;
    let ports = home.join(format!("nats-server_{}.ports", part.id()));
    let address = wait::until("NATS tells its port", async || {
        part.check()?;
        Ok(std::fs::read(&ports).ok().and_then(|text| listening(&text)))
    })
    .await?;
    wait::until("NATS answers", async || {
        part.check()?;
        Ok(async_nats::connect(&address).await.ok())
    })
    .await?;
    Ok((part, address))
}

/// The address in a file of ports: `{"nats": ["nats://127.0.0.1:4222"], …}`.
fn listening(ports: &[u8]) -> Option<String> {
    let ports: Value = serde_json::from_slice(ports).ok()?;
    let url = ports["nats"][0].as_str()?;
    Some(url.trim_start_matches("nats://").to_owned())
}

/// Connects to `[user:password@]host:port`. The client does not take them from there.
pub(crate) async fn connect(address: &str) -> anyhow::Result<async_nats::Client> {
    let (user, host) = address.rsplit_once('@').unwrap_or(("", address));
    let options = match user.split_once(':') {
        Some((user, password)) => ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned()),
        None => ConnectOptions::new(),
    };
    let connected = options.connect(host).await;
    connected.with_context(|| format!("cannot reach NATS at {host}"))
}

/// Asks `subject` once and reads the answer as JSON.
pub(crate) async fn request(address: &str, subject: String, body: &str) -> anyhow::Result<Value> {
    let client = connect(address).await?;
    let answer = client
        .request(subject.clone(), body.to_owned().into())
        .await
        .with_context(|| format!("no answer to {subject}"))?;
    serde_json::from_slice(&answer.payload).with_context(|| format!("{subject}: not JSON"))
}
