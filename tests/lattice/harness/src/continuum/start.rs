//! Starting the parts, each on its side.

use std::path::{Path, PathBuf};

use super::guard::Guard;
use super::network::{Network, Side};
use super::supervised::Supervised;
use super::topology::{Continuum, LATTICE, Timings};
use crate::folder::Folder;
use crate::part::Recipe;
use crate::{host, programs, providers, registry, wadm, wait};

/// The port of the applications' own bus, where they have one.
const APPLICATION: u16 = 4223;

/// Starts all of it; with users and TLS where there is a guard.
pub(super) async fn start(timings: Timings, bus: &str, guard: Option<Guard>) -> anyhow::Result<Continuum> {
    let programs = programs::folder()?;
    let network = Network::lay()?;
    let folder = Folder::new(Some(&network))?;
    let address = |side| format!("{}:4222", network.address(side));
    let (hub, leaf) = (address(Side::Cloud), address(Side::Edge));
    let registry = format!("{}:5000", network.address(Side::Cloud));
    let mut parts = Vec::new();

    let streams = folder.of("streams")?.display().to_string();
    let servers: &[_] = match guard {
        None => &[(Side::Cloud, "hub", 4222), (Side::Edge, "leaf", 4222)],
        Some(_) => &[
            (Side::Cloud, "lattice-hub", 4222),
            (Side::Edge, "lattice-leaf", 4222),
            (Side::Cloud, "application-hub", APPLICATION),
            (Side::Edge, "application-leaf", APPLICATION),
        ],
    };
    for &(side, name, port) in servers {
        let home = folder.of(name)?;
        let config = nats_config(&home, name, side, bus, guard.is_some())?;
        let arguments = ["-c".to_owned(), config.display().to_string()];
        let mut recipe = Recipe::new(&folder, name, &programs.join("nats-server"), arguments)?
            .behind(network.on(side))
            .with("NATS_STORE", &streams)
            .with(
                "NATS_HUB",
                &format!("nats-leaf://{}:7422", network.address(Side::Cloud)),
            );
        if let Some(guard) = &guard {
            guard.certify(&home, &network.address(Side::Cloud))?;
            for (name, value) in guard.variables(&network.address(Side::Cloud)) {
                recipe = recipe.with(name, &value);
            }
        }
        let mut part = recipe.start()?;
        let listens = format!("{}:{port}", network.address(side));
        wait::until(&format!("NATS ({name}) listens"), async || {
            part.check()?;
            Ok(tokio::net::TcpStream::connect(&listens).await.ok())
        })
        .await?;
        parts.push(part);
    }
    let mut part = registry::recipe(&folder, &programs, &registry)?
        .behind(network.on(Side::Cloud))
        .start()?;
    wait::until("the registry listens", async || {
        part.check()?;
        Ok(tokio::net::TcpStream::connect(&registry).await.ok())
    })
    .await?;
    parts.push(part);
    let providers = providers::push(&programs, &registry).await?;
    let as_user = |user: &str, address: &str| match &guard {
        None => address.to_owned(),
        Some(guard) => format!("{user}:{}@{address}", guard.password(user)),
    };
    let runner = as_user("runner", &hub);
    let part = wadm::recipe(&folder, &programs, timings.cleanup_interval, &as_user("wadm", &hub))?
        .behind(network.on(Side::Cloud))
        .start()?;
    parts.push(wadm::answers(part, &runner, LATTICE).await?);

    let host = |name: &str, nats: &str, side, arguments: &[&str]| {
        let around = host::Surroundings {
            folder: &folder,
            programs: &programs,
            lattice: LATTICE,
            // Who says no name is a host: it cannot sign in with a password.
            nats,
            registries: vec![&registry],
            max_execution: timings.max_execution,
            heartbeat: timings.heartbeat,
        };
        anyhow::Ok(host::recipe(&around, name, &[], arguments)?.behind(network.on(side)))
    };
    parts.push(host("cloud", &hub, Side::Cloud, &[])?.start()?);
    let edge = Supervised::start(host("edge", &leaf, Side::Edge, &["--js-domain", "hub"])?)?;
    let continuum = Continuum {
        edge,
        folder,
        _parts: parts,
        runner,
        bus: guard.map_or(4222, |_| APPLICATION),
        network,
        providers,
    };
    continuum.until_answers("cloud").await?;
    continuum.until_answers("edge").await?;
    Ok(continuum)
}

/// The files of `examples/continuum/nats`, and one that takes the right of them and what is
/// added.
fn nats_config(home: &Path, file: &str, side: Side, bus: &str, guarded: bool) -> anyhow::Result<PathBuf> {
    let guarded = if guarded { "guarded" } else { "" };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/continuum/nats");
    // An included file lies beside the one that includes it.
    for entry in std::fs::read_dir(shipped.join(guarded))? {
        let path = entry?.path();
        if let (Some(name), true) = (path.file_name(), path.is_file()) {
            std::fs::copy(&path, home.join(name))?;
        }
    }
    let path = home.join("nats.conf");
    let bus = bus.replace("{side}", side.name());
    std::fs::write(&path, format!("include ./{file}.conf\n{bus}\n"))?;
    Ok(path)
}
