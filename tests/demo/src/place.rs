//! Where the demo's components run: on this machine alone, or on a lattice.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use pelato::deploy::{Listening, LocalConfig, LocalHost};
use tempfile::TempDir;

use crate::runner::program;
use crate::show::Show;

/// Which of the two.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Machine,
    Lattice,
}

/// Where the components run. What was started for it ends with it.
pub(crate) enum Place {
    Machine(Machine),
    Lattice(Box<Lattice>),
}

/// A folder for all of the demo; the host lives in it, and is told to go.
pub(crate) struct Machine(TempDir);

impl Place {
    pub(crate) async fn start(show: &mut Show, kind: Kind) -> anyhow::Result<Self> {
        match kind {
            Kind::Machine => {
                show.step("This machine: no registry, no NATS, no Docker; and a forge");
                let folder = tempfile::tempdir()?;
                std::fs::create_dir(folder.path().join("logs"))?;
                show.fact("host", "Pelato's own, in a process beside the runner");
                show.fact("artifacts", "an OCI layout in the runner's data folder");
                Ok(Self::Machine(Machine(folder)))
            }
            Kind::Lattice => {
                show.step("A lattice with two hosts, and a forge");
                let lattice = Lattice::start(Options {
                    // Two hosts that compile at once on a small machine can be silent for a while.
                    cleanup_interval: Duration::from_secs(30),
                    ..Options::default()
                })
                .await?;
                show.fact("NATS", lattice.nats());
                show.fact("registry", lattice.registry());
                show.fact("hosts", "edge, cloud: wasmCloud 1.9, with wadm");
                Ok(Self::Lattice(Box::new(lattice)))
            }
        }
    }

    /// A folder that goes whatever happens. `logs` is in it already.
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::Machine(machine) => machine.0.path(),
            Self::Lattice(lattice) => lattice.folder(),
        }
    }

    /// The environment in `runner.yaml`.
    pub(crate) fn environment(&self) -> String {
        match self {
            Self::Machine(_) => "    deploy: local\n".to_owned(),
            Self::Lattice(lattice) => format!(
                "    registry: {{ url: \"{}\" }}\n    nats: {{ url: \"{}\" }}\n    lattice: {}\n    providers: builtin\n",
                lattice.registry(),
                lattice.nats(),
                lattice.name()
            ),
        }
    }

    /// What builds, in `runner.yaml`.
    pub(crate) fn builder(&self) -> &'static str {
        match self {
            Self::Machine(_) => "builder: local\n",
            Self::Lattice(_) => "",
        }
    }

    /// Hears what is published on `subject` from now on.
    pub(crate) async fn listen(&self, subject: &str) -> anyhow::Result<Ear> {
        match self {
            Self::Machine(machine) => Ok(Ear::Machine(machine.host()?.listen(subject).await?)),
            Self::Lattice(lattice) => {
                let connection = async_nats::connect(lattice.nats()).await?;
                let messages = connection.subscribe(subject.to_owned()).await?;
                // What is published by somebody else now is not to be missed.
                connection.flush().await?;
                Ok(Ear::Lattice(messages))
            }
        }
    }

    /// What stays on the machine for the next time.
    pub(crate) fn kept(&self) -> &'static str {
        match self {
            Self::Machine(_) => "for the next time: ~/.cache/pelato, Go's compiled packages",
            Self::Lattice(_) => {
                "for the next time: ~/.cache/pelato, and in Docker the build image and a cache of compiled packages"
            }
        }
    }
}

impl Machine {
    /// The host of the environment `production`, as the runner made it.
    fn host(&self) -> anyhow::Result<LocalHost> {
        let config = LocalConfig {
            folder: self.0.path().join(HOST),
            nats: None,
            sql: None,
            program: Some(program()?),
        };
        let fetch = |_| Box::pin(async { Err("nothing is deployed from here".to_owned()) }) as _;
        Ok(LocalHost::new(config, Arc::new(fetch))?)
    }
}

/// Where the runner keeps the host of `production`.
const HOST: &str = "demo/var/local/production";

impl Drop for Machine {
    fn drop(&mut self) {
        // A host whose folder goes ends by itself; this one is asked to first.
        if let Ok(host) = self.host() {
            let stopping = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(host.stop()).map_err(std::io::Error::other)
            });
            let _ = stopping.join();
        }
    }
}

/// The messages of a subject.
pub(crate) enum Ear {
    Machine(Listening),
    Lattice(Subscriber),
}

impl Ear {
    /// The next message; none when there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Machine(listening) => listening.next().await,
            Self::Lattice(messages) => messages.next().await.map(|message| message.payload.to_vec()),
        }
    }
}
