//! Configuration → the parts that a run works with.

use std::path::PathBuf;

use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::build::{Builder, Choice, Options, Parallel};
use crate::config::{self, Environment};
use crate::deploy::{Lattice, NatsConfig};
use crate::generate::{Providers, Templates};
use crate::publish::{Registry, RegistryConfig};
use crate::report::Reporter;
use crate::testing::Child;

use super::ServiceError;

/// How tasks are built.
#[derive(Clone, Debug)]
pub struct BuildSettings {
    /// Where.
    pub choice: Choice,
    /// How many at once.
    pub parallel: Parallel,
    /// Images, caches, limits.
    pub options: Options,
}

/// The parts that runs in one environment work with. Each part is made when it
/// is first needed: a command that only generates needs no NATS.
pub struct Services {
    environment: Environment,
    providers: Providers,
    templates: Templates,
    build: BuildSettings,
    cases: Child,
    registry: OnceCell<Registry>,
    builder: OnceCell<Builder>,
    lattice: OnceCell<Lattice>,
}

impl Services {
    /// Parts for an environment.
    pub fn new(environment: Environment, build: BuildSettings) -> Result<Self, ServiceError> {
        Ok(Self {
            providers: providers(&environment.providers),
            environment,
            templates: Templates::builtin()?,
            build,
            cases: Child::of_this_program(),
            registry: OnceCell::new(),
            builder: OnceCell::new(),
            lattice: OnceCell::new(),
        })
    }

    /// The same with another program that runs cases: where these are parts of a
    /// program that is not `pelato`.
    #[must_use]
    pub fn with_cases_run_by(self, cases: Child) -> Self {
        Self { cases, ..self }
    }

    /// What runs the cases of tasks.
    pub fn cases(&self) -> &Child {
        &self.cases
    }

    /// Where machine code is kept for the next time.
    pub fn compiled(&self) -> PathBuf {
        self.build.options.cache.join("compiled")
    }

    /// Where to.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Image references of the providers.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// What a task can be.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The registry of the environment.
    pub async fn registry(&self) -> Result<&Registry, ServiceError> {
        self.registry
            .get_or_try_init(|| async {
                let Some(registry) = &self.environment.registry else {
                    return Err(ServiceError::Setting(
                        "no registry is named: set REGISTRY_URL (for example localhost:5000), in the environment or in .env".into(),
                    ));
                };
                Ok(Registry::new(registry_config(registry))?)
            })
            .await
    }

    /// What builds. `reporter` hears which it is.
    pub async fn builder(&self, reporter: &Reporter) -> Result<&Builder, ServiceError> {
        self.builder
            .get_or_try_init(|| async {
                let BuildSettings {
                    choice,
                    parallel,
                    options,
                } = self.build.clone();
                Ok(Builder::choose(choice, parallel, options, reporter).await?)
            })
            .await
    }

    /// The lattice of the environment.
    pub async fn lattice(&self) -> Result<&Lattice, ServiceError> {
        self.lattice
            .get_or_try_init(|| async {
                let nats = nats_config(&self.environment.nats);
                Ok(Lattice::connect(&nats, &self.environment.lattice).await?)
            })
            .await
    }
}

/// How `settings` say that tasks are built; `variable` reads the operator's other
/// variables.
pub fn build_settings(
    builder: &str,
    parallel: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<BuildSettings, ServiceError> {
    let choice = builder
        .parse()
        .map_err(|reason| ServiceError::Setting(format!("PELATO_BUILDER (--builder): {reason}")))?;
    let parallel = parallel
        .parse()
        .map_err(|reason| ServiceError::Setting(format!("PARALLEL_BUILD: {reason}")))?;
    Ok(BuildSettings {
        choice,
        parallel,
        options: Options::from_variables(variable),
    })
}

fn registry_config(registry: &config::Registry) -> RegistryConfig {
    RegistryConfig {
        url: registry.url.clone(),
        user: registry.user.clone(),
        password: registry.password.clone(),
        insecure: registry.insecure,
        ..RegistryConfig::default()
    }
}

fn nats_config(nats: &config::Nats) -> NatsConfig {
    let secret = |secret: &Option<SecretString>| secret.clone();
    NatsConfig {
        url: nats.url.clone(),
        user: nats.user.clone(),
        password: secret(&nats.password),
        token: secret(&nats.token),
        creds: nats.creds.clone(),
        ca: nats.ca.clone(),
        cert: nats.cert.clone(),
        key: nats.key.clone(),
    }
}

fn providers(named: &config::Providers) -> Providers {
    match named {
        config::Providers::External => Providers::external(),
        config::Providers::Builtin => Providers::builtin(),
        config::Providers::Images(images) => {
            let stock = Providers::external();
            let image = |name: &str, stock: String| images.get(name).cloned().unwrap_or(stock);
            Providers {
                messaging: image("messaging", stock.messaging),
                http_server: image("http_server", stock.http_server),
                keyvalue: image("keyvalue", stock.keyvalue),
                sql: image("sql", stock.sql),
            }
        }
    }
}
