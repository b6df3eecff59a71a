//! Flags over variables → the settings of a command.

mod nats;
mod providers;

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

pub(super) use self::providers::PROVIDERS;
use super::{DeployMode, DotenvError, Environment, Registry, Variables};

/// What the flags of a command say; each wins over its variable.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--builder`
    pub builder: Option<String>,
    /// `--deploy`
    pub deploy: Option<String>,
    /// `--lattice`
    pub lattice: Option<String>,
    /// `--providers`
    pub providers: Option<String>,
    /// `--nats`
    pub nats: Option<String>,
    /// `--environment`
    pub environment: Option<String>,
    /// `--sql`
    pub sql: Option<String>,
    /// `--templates`
    pub templates: Option<PathBuf>,
    /// `--keep-going`
    pub keep_going: bool,
}

/// What a command works with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `auto`, `docker` or `local`.
    pub builder: String,
    /// `True`, `False` or a number.
    pub parallel_build: String,
    /// Whether a run is appended to `metrics.yaml`.
    pub metrics: bool,
    /// Deploy what could be built although something else could not.
    pub keep_going: bool,
    /// A folder of templates beside those that come with Pelato.
    pub templates: Option<PathBuf>,
    /// Where to.
    pub environment: Environment,
}

impl Settings {
    /// Settings from flags over variables.
    pub fn of(variables: &Variables, flags: &Flags) -> Result<Self, DotenvError> {
        let pick = |flag: &Option<String>, name: &str| flag.clone().or_else(|| variables.get(name).map(str::to_owned));
        let deploy = match pick(&flags.deploy, "PELATO_DEPLOY") {
            None => DeployMode::Wadm,
            Some(value) if value == "wadm" => DeployMode::Wadm,
            Some(value) if value == "local" && DeployMode::Local.is_built_in() => DeployMode::Local,
            Some(value) => {
                let expected = match value == "local" {
                    true => "this program was built without the local host (the cargo feature `local`), use `wadm`",
                    false => "it is `wadm` or `local`",
                };
                return Err(DotenvError::Value {
                    name: "PELATO_DEPLOY (--deploy)",
                    value,
                    expected,
                });
            }
        };
        let insecure = variables.truth("PELATO_REGISTRY_INSECURE")?;
        let registry = variables.get("REGISTRY_URL").map(|url| Registry {
            url: url.to_owned(),
            user: variables.get("REGISTRY_USER").map(str::to_owned),
            password: variables.get("REGISTRY_PASSWORD").map(SecretString::from),
            insecure,
        });
        let (nats, nats_is_named) = nats::of(variables, flags.nats.as_deref());
        Ok(Self {
            builder: pick(&flags.builder, "PELATO_BUILDER").unwrap_or_else(|| "auto".into()),
            parallel_build: variables.get("PARALLEL_BUILD").unwrap_or("True").to_owned(),
            metrics: variables.truth("ENABLE_METRICS")?,
            templates: flags.templates.clone().or_else(|| variables.path("PELATO_TEMPLATES")),
            keep_going: flags.keep_going || variables.truth("PELATO_KEEP_GOING")?,
            environment: Environment {
                name: pick(&flags.environment, "PELATO_ENVIRONMENT").unwrap_or_else(|| "default".into()),
                registry,
                nats,
                nats_is_named,
                sql: pick(&flags.sql, "PELATO_SQL_URL").map(SecretString::from),
                lattice: pick(&flags.lattice, "PELATO_LATTICE").unwrap_or_else(|| "default".into()),
                deploy,
                providers: providers::of(pick(&flags.providers, "PELATO_PROVIDERS"))?,
                targets: BTreeMap::new(),
                heal: false,
                agent: variables.truth("PELATO_AGENT")?,
                state: state(variables),
            },
        })
    }
}

/// Where a user's programs keep what they must find again.
fn state(variables: &Variables) -> Option<PathBuf> {
    let folder = |name: &str| variables.get(name).map(PathBuf::from);
    folder("PELATO_STATE")
        .or_else(|| Some(folder("XDG_STATE_HOME")?.join("pelato")))
        .or_else(|| Some(folder("HOME")?.join(".local/state/pelato")))
}

#[cfg(test)]
mod tests;
