//! Where a project is published and deployed to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

/// An environment: a registry, a lattice, and what differs between targets.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, `default` where none is given. Part of queue groups and owners.
    pub name: String,
    /// Where artifacts go. None is for [`DeployMode::Local`]: they go into a folder
    /// below `state`.
    pub registry: Option<Registry>,
    /// How the runner reaches the lattice.
    pub nats: Nats,
    /// Whether `nats` was named, and is not the default. The local host has a bus of
    /// its own where it was not.
    pub nats_is_named: bool,
    /// `postgres://…`, the database that tasks write to, with its password.
    pub sql: Option<SecretString>,
    /// The lattice's name.
    pub lattice: String,
    /// What deploys.
    pub deploy: DeployMode,
    /// Which providers the manifests name.
    pub providers: Providers,
    /// What differs from one target to the other.
    pub targets: BTreeMap<String, Target>,
    /// Whether the runner deploys anew what departs from the head of the branch.
    pub heal: bool,
    /// Whether an agent watches the lattice: see [`Self::has_agent`].
    pub agent: bool,
    /// Where local deployments and artifacts are kept. None where nothing says, and
    /// the user has no home.
    pub state: Option<PathBuf>,
}

impl Environment {
    /// Whether providers wait for an agent's word before they take messages. The local
    /// host needs none: it takes none before a component is there.
    pub fn has_agent(&self) -> bool {
        self.agent && self.deploy == DeployMode::Wadm
    }

    /// Whether an agent would be needed for targets in reserve, and there is none.
    pub fn lacks_agent(&self) -> bool {
        !self.agent && self.deploy == DeployMode::Wadm
    }

    /// The NATS address that the providers of a target use: the target's own (a
    /// leaf node at the edge), or the runner's.
    pub fn nats_of(&self, target: &str) -> &str {
        self.targets
            .get(target)
            .and_then(|target| target.nats.as_deref())
            .unwrap_or(&self.nats.url)
    }
}

/// A registry and who we are there.
#[derive(Clone, Debug)]
pub struct Registry {
    /// `host[:port][/path]`, without a scheme.
    pub url: String,
    /// Without one, Docker's credential files are looked at.
    pub user: Option<String>,
    /// Goes with `user`.
    pub password: Option<SecretString>,
    /// Plain http off loopback.
    pub insecure: bool,
}

/// A NATS server and who we are there.
#[derive(Clone, Debug)]
pub struct Nats {
    /// `nats://host:port`, `tls://…`, or over websockets `ws://…` and `wss://…`; several
    /// with commas between them.
    pub url: String,
    /// User of user and password.
    pub user: Option<String>,
    /// Password of user and password.
    pub password: Option<SecretString>,
    /// A token instead.
    pub token: Option<SecretString>,
    /// The seed of an nkey instead (`SU…`).
    pub nkey: Option<SecretString>,
    /// A file with that seed instead.
    pub nkey_file: Option<PathBuf>,
    /// A `.creds` file instead.
    pub creds: Option<PathBuf>,
    /// Authorities that the server's certificate may come from (PEM).
    pub ca: Option<PathBuf>,
    /// Our certificate (PEM), with `key`.
    pub cert: Option<PathBuf>,
    /// Our key (PEM), with `cert`.
    pub key: Option<PathBuf>,
}

impl Nats {
    /// A server that asks for no credentials.
    pub fn open(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            user: None,
            password: None,
            token: None,
            nkey: None,
            nkey_file: None,
            creds: None,
            ca: None,
            cert: None,
            key: None,
        }
    }
}

/// What deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeployMode {
    /// wadm, onto a lattice.
    Wadm,
    /// The local host: a process on this machine.
    Local,
}

impl DeployMode {
    /// Whether this program has it; the local host is the cargo feature `local`.
    pub(super) fn is_built_in(self) -> bool {
        self == Self::Wadm || cfg!(feature = "local")
    }
}

/// Which providers the manifests name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Providers {
    /// The stock images.
    External,
    /// Those within the hosts.
    Builtin,
    /// Images by name: `messaging`, `http_server`, `keyvalue`, `sql`. What is not
    /// named is the stock image.
    Images(BTreeMap<String, String>),
}

/// What differs on one target.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The NATS address that this target's providers use.
    pub nats: Option<String>,
}
