//! NATS hub, wadm, registry and a host in the cloud; a NATS leaf and a host at the edge.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::guard::Guard;
use super::network::{Network, Side};
use super::start::start;
use super::supervised::Supervised;
use crate::folder::Folder;
use crate::part::Part;
use crate::{host, wait};

/// The name of the lattice on NATS.
pub(super) const LATTICE: &str = "default";

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
    pub(super) edge: Supervised,
    // The reaper then ends all parts at once, and takes the network down.
    pub(super) folder: Folder,
    pub(super) _parts: Vec<Part>,
    /// The address of the platform's bus as the runner has it.
    pub(super) runner: String,
    /// The port of the applications' bus.
    pub(super) bus: u16,
    pub(super) network: Network,
    pub(super) providers: BTreeMap<String, String>,
}

impl Continuum {
    /// Whether this process may make one.
    ///
    /// # Errors
    /// Why not, and what to do: it needs root.
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
        start(timings, bus, None).await
    }

    /// The same with the accounts, users and TLS of `examples/continuum`: everybody is let
    /// do what it must and nothing else.
    ///
    /// # Errors
    /// As [`Self::start`]; also where there is no `openssl` to make certificates with.
    pub async fn guarded(timings: Timings) -> anyhow::Result<Self> {
        start(timings, "", Some(Guard::new()?)).await
    }

    /// The NATS of the platform as the runner has it, `nats://[user:password@]<address>:4222`.
    pub fn runner(&self) -> String {
        format!("nats://{}", self.runner)
    }

    /// The NATS of the applications in the cloud, `nats://<address>:<port>`.
    pub fn hub(&self) -> String {
        format!("nats://{}:{}", self.network.address(Side::Cloud), self.bus)
    }

    /// The NATS of the applications at the edge.
    pub fn leaf(&self) -> String {
        format!("nats://{}:{}", self.network.address(Side::Edge), self.bus)
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

    /// Everything that one must know to use it, as JSON: `hub`, `leaf`, `registry`,
    /// `lattice`, `providers` (references by name), `namespaces`, `folder`.
    pub fn describe(&self) -> Value {
        json!({
            "hub": self.hub(),
            "leaf": self.leaf(),
            "registry": self.registry(),
            "lattice": LATTICE,
            "providers": self.providers,
            "namespaces": self.network.namespaces(),
            "folder": self.folder(),
        })
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

    /// The ids of what runs on a host, as it tells in the cloud; none where it does not
    /// answer there.
    ///
    /// # Errors
    /// When NATS in the cloud cannot be reached.
    pub async fn running_on(&self, host: &str) -> anyhow::Result<Vec<String>> {
        let nats = &self.runner;
        let Some(id) = host::id(nats, LATTICE, host).await? else {
            return Ok(Vec::new());
        };
        let Ok(inventory) = host::inventory(nats, LATTICE, &id).await else {
            return Ok(Vec::new());
        };
        let parts = ["components", "providers"].map(|kind| inventory[kind].as_array().cloned().unwrap_or_default());
        let ids = parts.iter().flatten().filter_map(|part| part["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Waits until a host answers to a ping in the cloud. Answers its id.
    ///
    /// # Errors
    /// When it does not within a minute.
    pub async fn until_answers(&self, name: &str) -> anyhow::Result<String> {
        let answers = async || host::id(&self.runner, LATTICE, name).await;
        wait::until(&format!("host {name} answers"), answers).await
    }
}
