//! The command line on a real lattice: what a user's project goes through.

mod addresses;
mod agent;
mod busy;
mod cases;
mod departs;
mod doctor;
mod failures;
mod killed;
mod life;
mod owners;
mod promoted;
mod renamed;
mod rollback;
#[cfg(feature = "local")]
mod stores;
mod surroundings;
mod targets;
mod twenty;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use lattice_harness::{Lattice, Options};
use tokio::sync::OnceCell;

use crate::command::Project;

/// The HTTP server within the hosts. The external one loses up to six posts of a
/// thousand on a busy machine, whatever the component behind it does.
const BUILTIN_HTTP: &str = "wasmcloud+builtin://http-server";

/// The lattice of these stories: a host comes to it that others do not count on.
async fn lattice() -> &'static Lattice {
    static LATTICE: OnceCell<Lattice> = OnceCell::const_new();
    LATTICE
        .get_or_init(|| async { Lattice::start(Options::default()).await.unwrap() })
        .await
}

/// A project that is deployed to `lattice`, with the external messaging provider.
fn project_on(lattice: &Lattice, repository: &str) -> Project {
    Project::of(repository)
        .with("REGISTRY_URL", lattice.registry())
        .with("PELATO_NATS_URL", &lattice.nats())
        .with("PELATO_LATTICE", lattice.name())
        .with("PELATO_PROVIDERS", &providers(lattice))
}

/// Its providers, as `PELATO_PROVIDERS` takes them.
pub(crate) fn providers(lattice: &Lattice) -> String {
    format!(
        "messaging={},http_server={BUILTIN_HTTP},keyvalue={},sql={}",
        lattice.messaging_provider(),
        lattice.keyvalue_provider(),
        lattice.sql_provider(),
    )
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What of a task runs on a host, or is known to wadm: names that begin with `name`.
async fn left_of(lattice: &Lattice, name: &str) -> Vec<String> {
    let mut left = Vec::new();
    for host in ["edge", "cloud"]
        .into_iter()
        .filter(|host| lattice.host_id(host).is_some())
    {
        let inventory = lattice.inventory(host).await.unwrap();
        for kind in ["components", "providers"] {
            let ids = inventory[kind].as_array().unwrap().iter();
            let ids = ids.map(|part| part["id"].as_str().unwrap_or_default());
            left.extend(ids.filter(|id| id.starts_with(name)).map(|id| format!("{host}: {id}")));
        }
    }
    let options = wadm_client::ClientConnectOptions {
        url: Some(lattice.nats()),
        ..Default::default()
    };
    let wadm = wadm_client::Client::new(lattice.name(), None, options).await.unwrap();
    let known = wadm.list_manifests().await.unwrap();
    left.extend(
        known
            .into_iter()
            .map(|known| known.name)
            .filter(|known| known.starts_with(name)),
    );
    left.sort();
    left
}

/// Posts a body until the answer is `wanted`: an HTTP provider may begin to listen
/// a moment after the host lists it.
async fn post_until(port: u16, body: &str, wanted: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = post(port, body).await;
        if answer.as_deref() == Ok(wanted) {
            return;
        }
        assert!(Instant::now() < deadline, "the answer is {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is answered to a POST.
async fn post(port: u16, body: &str) -> Result<String, String> {
    let said = |error: reqwest::Error| error.to_string();
    let posting = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/"))
        .body(body.to_owned());
    posting.send().await.map_err(said)?.text().await.map_err(said)
}
