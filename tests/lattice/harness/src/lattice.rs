//! A running lattice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, bail};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::folder::Folder;
use crate::options::Options;
use crate::part::Part;
use crate::{host, nats, programs, providers, registry, wadm};

/// The parts that run, and what is known of them. Everything ends when it is
/// dropped or the process that holds it dies.
///
/// Nothing in it belongs to an async runtime, so tests with a runtime each can
/// share one.
pub struct Lattice {
    // Before the parts: its reaper ends all of them at once.
    folder: Folder,
    parts: Mutex<BTreeMap<String, Part>>,
    hosts: Mutex<BTreeMap<String, String>>,
    programs: PathBuf,
    options: Options,
    nats: String,
    registry: String,
    providers: BTreeMap<String, String>,
}

impl Lattice {
    /// Starts all parts and waits until each of them answers.
    ///
    /// # Errors
    /// When the programs are not installed (the message names the script), or a
    /// part ends or does not answer within a minute (the message names the part
    /// and shows the end of its log).
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let programs = programs::folder()?;
        let folder = Folder::new(None)?;
        let ((nats_part, nats), (registry_part, registry)) = tokio::try_join!(
            nats::start(&folder, &programs, &options, None),
            registry::start(&folder, &programs, None),
        )?;
        let mut lattice = Self {
            folder,
            parts: Mutex::default(),
            hosts: Mutex::default(),
            programs,
            options,
            nats,
            registry,
            providers: BTreeMap::new(),
        };
        lattice.keep(nats::NAME, nats_part);
        lattice.keep(registry::NAME, registry_part);
        let (providers, ()) = tokio::try_join!(
            providers::push(&lattice.programs, &lattice.registry),
            lattice.start_wadm_and_hosts(),
        )?;
        lattice.providers = providers;
        Ok(lattice)
    }

    /// The lattice that the tests of this process share, with the default
    /// options. It ends with the process.
    ///
    /// # Errors
    /// As [`Lattice::start`].
    pub async fn shared() -> anyhow::Result<&'static Self> {
        static SHARED: OnceCell<Lattice> = OnceCell::const_new();
        SHARED.get_or_try_init(|| Self::start(Options::default())).await
    }

    /// The address of NATS, `nats://127.0.0.1:<port>`.
    pub fn nats(&self) -> String {
        format!("nats://{}", self.nats)
    }

    /// The registry, `127.0.0.1:<port>`; it speaks plain http.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The name of the lattice on NATS.
    pub fn name(&self) -> &str {
        &self.options.lattice
    }

    /// Image reference of the external messaging provider in this registry.
    pub fn messaging_provider(&self) -> &str {
        self.provider("messaging-nats")
    }

    /// Image reference of the external HTTP provider in this registry.
    pub fn http_provider(&self) -> &str {
        self.provider("http-server")
    }

    /// Image reference of the key-value provider in this registry.
    pub fn keyvalue_provider(&self) -> &str {
        self.provider("keyvalue-nats")
    }

    /// Image reference of the SQL provider in this registry.
    pub fn sql_provider(&self) -> &str {
        self.provider("sqldb-postgres")
    }

    /// The folder of everything; `logs/<part>.log` lies in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The id of the host that was started last under `name`.
    pub fn host_id(&self, name: &str) -> Option<String> {
        lock(&self.hosts).get(name).cloned()
    }

    /// What each living host answers to a ping: `id`, `labels` and more.
    ///
    /// # Errors
    /// When NATS cannot be reached.
    pub async fn ping(&self) -> anyhow::Result<Vec<Value>> {
        host::ping(&self.nats, self.name()).await
    }

    /// What runs on a host: `components`, `providers`, `labels` and more.
    ///
    /// # Errors
    /// When there is no such host or it does not answer.
    pub async fn inventory(&self, name: &str) -> anyhow::Result<Value> {
        let id = self
            .host_id(name)
            .with_context(|| format!("no host {name} was started"))?;
        host::inventory(&self.nats, self.name(), &id).await
    }

    /// Kills a part (`nats`, `registry`, `wadm` or a host's name) at once, with
    /// what it has started.
    ///
    /// # Errors
    /// When no such part runs.
    pub fn kill(&self, name: &str) -> anyhow::Result<()> {
        self.take(name)?.kill()
    }

    /// Asks a part to stop and waits until it has.
    ///
    /// # Errors
    /// When no such part runs.
    pub async fn terminate(&self, name: &str) -> anyhow::Result<()> {
        let mut part = self.take(name)?;
        part.terminate().await
    }

    /// Halts a part (SIGSTOP): its connections stay open and nobody answers.
    ///
    /// # Errors
    /// When no such part runs.
    pub fn freeze(&self, name: &str) -> anyhow::Result<()> {
        self.signal(name, Signal::STOP)
    }

    /// Lets a halted part go on (SIGCONT).
    ///
    /// # Errors
    /// When no such part runs.
    pub fn thaw(&self, name: &str) -> anyhow::Result<()> {
        self.signal(name, Signal::CONT)
    }

    /// Starts a host under a name that none runs under, and waits until it
    /// answers. Its label `host-type` is the name unless `labels` says another.
    /// Answers its id.
    ///
    /// # Errors
    /// When the name is taken, or the host ends or does not answer.
    pub async fn start_host(&self, name: &str, labels: &[(&str, &str)]) -> anyhow::Result<String> {
        self.refuse_running(name)?;
        let around = host::Surroundings {
            folder: &self.folder,
            programs: &self.programs,
            lattice: self.name(),
            nats: &self.nats,
            registries: self.registries().collect(),
            max_execution: self.options.max_execution,
            heartbeat: host::HEARTBEAT,
        };
        let (part, id) = host::start(&around, name, labels).await?;
        self.keep(name, part);
        lock(&self.hosts).insert(name.to_owned(), id.clone());
        Ok(id)
    }

    /// Starts `nats`, `registry` or `wadm` again, at the same address and with
    /// what it had stored.
    ///
    /// # Errors
    /// When it still runs, ends, or does not answer.
    pub async fn start_again(&self, name: &str) -> anyhow::Result<()> {
        self.refuse_running(name)?;
        let part = match name {
            nats::NAME => {
                nats::start(&self.folder, &self.programs, &self.options, port(&self.nats))
                    .await?
                    .0
            }
            registry::NAME => {
                registry::start(&self.folder, &self.programs, port(&self.registry))
                    .await?
                    .0
            }
            wadm::NAME => wadm::start(&self.folder, &self.programs, &self.options, &self.nats).await?,
            _ => bail!("{name} is none of nats, registry, wadm"),
        };
        self.keep(name, part);
        Ok(())
    }

    /// Everything that one must know to use the lattice, as JSON: `nats`,
    /// `registry`, `lattice`, `wadm` (runs or not), `providers` (references by
    /// name), `hosts` (ids by name), `folder`, `logs`.
    pub fn describe(&self) -> Value {
        json!({
            "nats": self.nats(),
            "registry": self.registry,
            "lattice": self.name(),
            "wadm": lock(&self.parts).get_mut(wadm::NAME).is_some_and(Part::runs),
            "providers": self.providers,
            "hosts": *lock(&self.hosts),
            "folder": self.folder(),
            "logs": self.folder.logs(),
        })
    }

    /// wadm first: it learns of hosts from what they tell while it listens.
    async fn start_wadm_and_hosts(&self) -> anyhow::Result<()> {
        if self.options.wadm {
            let part = wadm::start(&self.folder, &self.programs, &self.options, &self.nats).await?;
            self.keep(wadm::NAME, part);
        }
        let hosts = self.options.hosts.iter().map(|name| self.start_host(name, &[]));
        futures_util::future::try_join_all(hosts).await?;
        Ok(())
    }

    fn registries(&self) -> impl Iterator<Item = &str> {
        let others = self.options.insecure_registries.iter();
        std::iter::once(&self.registry).chain(others).map(String::as_str)
    }

    fn provider(&self, name: &str) -> &str {
        // The set-up script packs all of them or fails.
        self.providers.get(name).map_or("", String::as_str)
    }

    fn signal(&self, name: &str, signal: Signal) -> anyhow::Result<()> {
        let parts = lock(&self.parts);
        let part = parts.get(name).with_context(|| format!("{name} does not run"))?;
        part.signal_group(signal)
    }

    fn keep(&self, name: &str, part: Part) {
        lock(&self.parts).insert(name.to_owned(), part);
    }

    fn take(&self, name: &str) -> anyhow::Result<Part> {
        lock(&self.parts)
            .remove(name)
            .with_context(|| format!("{name} does not run"))
    }

    fn refuse_running(&self, name: &str) -> anyhow::Result<()> {
        if lock(&self.parts).get_mut(name).is_some_and(Part::runs) {
            bail!("{name} runs already");
        }
        Ok(())
    }
}

/// What is behind these locks is whole at every moment, so a panic elsewhere
/// while one was held does no harm.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn port(address: &str) -> Option<u16> {
    address.rsplit_once(':')?.1.parse().ok()
}
