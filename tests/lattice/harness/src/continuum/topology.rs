//! NATS hub, wadm, registry and a host in the cloud; a NATS leaf and a host at the edge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;

use super::network::{Network, Side};
use super::supervised::Supervised;
use crate::folder::Folder;
use crate::part::{Part, Recipe};
use crate::{host, programs, providers, registry, wadm, wait};

/// The name of the lattice on NATS.
const LATTICE: &str = "default";

/// How soon the platform notices that something is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// How often a host tells of itself.
    pub heartbeat: Duration,
    /// After what time of silence wadm gives a host up.
    pub cleanup_interval: Duration,
    /// How long a call of a component may take. Calls whose answer was lost hold one of its
    /// instances for so long.
    pub max_execution: Duration,
}

impl Timings {
    /// What `docker/compose.yaml` and `examples/continuum` set: 1 s, 30 s and 10 s.
    pub const SHIPPED: Self = Self {
        heartbeat: host::HEARTBEAT,
        cleanup_interval: Duration::from_secs(30),
        max_execution: Duration::from_secs(10),
    };
    /// What host and wadm do by themselves: 30 s, 70 s and 10 minutes.
    pub const STOCK: Self = Self {
        heartbeat: Duration::from_secs(30),
        cleanup_interval: Duration::from_secs(70),
        max_execution: Duration::from_secs(600),
    };
}

/// The topology of `examples/continuum`, as processes in network namespaces. The host at
/// the edge is started again a second after it ended, as a service manager does it.
///
/// Everything ends when it is dropped or the process that holds it dies.
pub struct Continuum {
    // First: it starts what the folder's reaper kills.
    edge: Supervised,
    // The reaper then ends all parts at once, and takes the network down.
    folder: Folder,
    _parts: Vec<Part>,
    network: Network,
    providers: BTreeMap<String, String>,
}

impl Continuum {
    /// Whether this process may make one.
    ///
    /// # Errors
    /// Why not, and what to do: it needs root and a kernel with network namespaces.
    pub fn is_possible() -> Result<(), String> {
        Network::is_possible()
    }

    /// Starts all of it, and waits until both hosts answer in the cloud. `bus` is added to
    /// the configuration of both NATS servers, `{side}` in it being `cloud` or `edge`.
    ///
    /// # Errors
    /// Where there can be no network (see [`Self::is_possible`]), the programs are not
    /// installed, or a part ends or does not answer within a minute.
    pub async fn start(timings: Timings, bus: &str) -> anyhow::Result<Self> {
        let programs = programs::folder()?;
        let network = Network::lay()?;
        let folder = Folder::new(Some(&network))?;
        let hub = format!("{}:4222", network.address(Side::Cloud));
        let leaf = format!("{}:4222", network.address(Side::Edge));
        let registry = format!("{}:5000", network.address(Side::Cloud));
        let mut parts = Vec::new();

        let streams = folder.of("streams")?.display().to_string();
        let line = format!("nats-leaf://{}:7422", network.address(Side::Cloud));
        for (side, file, name, value, address) in [
            (Side::Cloud, "hub", "NATS_STORE", &streams, &hub),
            (Side::Edge, "leaf", "NATS_HUB", &line, &leaf),
        ] {
            let config = nats_config(&folder, file, side, bus)?;
            let arguments = ["-c".to_owned(), config.display().to_string()];
            let recipe = Recipe::new(&folder, file, &programs.join("nats-server"), arguments)?;
            let mut part = recipe.with(name, value).behind(network.on(side)).start()?;
            wait::until(&format!("NATS ({file}) answers"), async || {
                part.check()?;
                Ok(async_nats::connect(address).await.ok())
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
        let part = wadm::recipe(&folder, &programs, timings.cleanup_interval, &hub)?
            .behind(network.on(Side::Cloud))
            .start()?;
        parts.push(wadm::answers(part, &hub, LATTICE).await?);

        let host = |name: &str, nats: &str, side, arguments: &[&str]| {
            let around = host::Surroundings {
                folder: &folder,
                programs: &programs,
                lattice: LATTICE,
                nats,
                registry: &registry,
                max_execution: timings.max_execution,
                heartbeat: timings.heartbeat,
            };
            anyhow::Ok(host::recipe(&around, name, &[], arguments)?.behind(network.on(side)))
        };
        parts.push(host("cloud", &hub, Side::Cloud, &[])?.start()?);
        let edge = Supervised::start(host("edge", &leaf, Side::Edge, &["--js-domain", "hub"])?)?;
        let continuum = Self {
            edge,
            folder,
            _parts: parts,
            network,
            providers,
        };
        continuum.until_answers("cloud").await?;
        continuum.until_answers("edge").await?;
        Ok(continuum)
    }

    /// NATS in the cloud, `nats://<address>:4222`.
    pub fn hub(&self) -> String {
        format!("nats://{}:4222", self.network.address(Side::Cloud))
    }

    /// NATS at the edge.
    pub fn leaf(&self) -> String {
        format!("nats://{}:4222", self.network.address(Side::Edge))
    }

    /// The registry, `<address>:5000`, in the cloud; it speaks plain http.
    pub fn registry(&self) -> String {
        format!("{}:5000", self.network.address(Side::Cloud))
    }

    /// The name of the lattice on NATS.
    pub fn name(&self) -> &'static str {
        LATTICE
    }

    /// Image reference of the external messaging provider in the registry.
    pub fn messaging_provider(&self) -> &str {
        // The set-up script packs all of them or fails.
        self.providers.get("messaging-nats").map_or("", String::as_str)
    }

    /// The folder of everything; `logs/<part>.log` lies in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Cuts the link between the two sides: what is sent is dropped without a word.
    ///
    /// # Errors
    /// When the router cannot be told.
    pub fn cut(&self) -> anyhow::Result<()> {
        self.network.set_link(false)
    }

    /// Joins the two sides again.
    ///
    /// # Errors
    /// When the router cannot be told.
    pub fn heal(&self) -> anyhow::Result<()> {
        self.network.set_link(true)
    }

    /// Kills the host at the edge and all that it has started, at once.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill_edge(&self) -> anyhow::Result<()> {
        self.edge.signal_group(Signal::KILL)
    }

    /// Asks the host at the edge to stop, as a service manager does.
    ///
    /// # Errors
    /// When it does not run.
    pub fn drain_edge(&self) -> anyhow::Result<()> {
        self.edge.signal(Signal::TERM)
    }

    /// Halts the host at the edge and all that it has started: connections stay open and
    /// nobody answers.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze_edge(&self) -> anyhow::Result<()> {
        self.edge.signal_group(Signal::STOP)
    }

    /// Lets a halted one go on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn thaw_edge(&self) -> anyhow::Result<()> {
        self.edge.signal_group(Signal::CONT)
    }

    /// Whether the host at the edge is left alone when it ends. Letting go of it starts one
    /// that has ended at once.
    pub fn hold_edge(&self, held: bool) {
        self.edge.hold(held);
    }

    /// Whether the host at the edge is a living process.
    pub fn edge_runs(&self) -> bool {
        self.edge.runs()
    }

    /// How often the host at the edge was started.
    pub fn edge_starts(&self) -> usize {
        self.edge.starts()
    }

    /// The ids of what runs on a host, as it says itself; none where it does not answer.
    ///
    /// # Errors
    /// When the NATS of its side cannot be reached.
    pub async fn running_on(&self, host: &str) -> anyhow::Result<Vec<String>> {
        let nats = self.bus_of(host);
        let Some(id) = host::id(&nats, LATTICE, host).await? else {
            return Ok(Vec::new());
        };
        let Ok(inventory) = host::inventory(&nats, LATTICE, &id).await else {
            return Ok(Vec::new());
        };
        let parts = ["components", "providers"].map(|kind| inventory[kind].as_array().cloned().unwrap_or_default());
        Ok(parts
            .iter()
            .flatten()
            .filter_map(|part| part["id"].as_str().map(str::to_owned))
            .collect())
    }

    /// Waits until a host answers to a ping in the cloud.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn until_answers(&self, name: &str) -> anyhow::Result<String> {
        let hub = format!("{}:4222", self.network.address(Side::Cloud));
        wait::until(&format!("host {name} answers"), async || {
            host::id(&hub, LATTICE, name).await
        })
        .await
    }

    fn bus_of(&self, host: &str) -> String {
        let side = if host == "edge" { Side::Edge } else { Side::Cloud };
        format!("{}:4222", self.network.address(side))
    }
}

/// The file of `examples/continuum/nats`, with what is added to it.
fn nats_config(folder: &Folder, file: &str, side: Side, bus: &str) -> anyhow::Result<PathBuf> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../../examples/continuum/nats/{file}.conf"));
    let home = folder.of(file)?;
    // An included file lies beside the one that includes it.
    std::fs::copy(shipped, home.join("shipped.conf"))?;
    let path = home.join("nats.conf");
    std::fs::write(
        &path,
        format!("include ./shipped.conf\n{}\n", bus.replace("{side}", side.name())),
    )?;
    Ok(path)
}
