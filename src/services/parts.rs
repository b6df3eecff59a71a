//! Configuration → the parts that a run works with.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::build::{Builder, Choice, Options, Parallel};
use crate::config::{self, DeployMode, Environment};
use crate::deploy::{Database, Destination, Lattice, NatsConfig};
use crate::generate::{Providers, Templates};
use crate::publish::{Layout, Registry, RegistryConfig, Store};
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
#[derive(Clone)]
pub struct Services {
    environment: Environment,
    providers: Providers,
    templates: Arc<Templates>,
    build: BuildSettings,
    cases: Child,
    // Shared with those that have other templates.
    store: Arc<OnceCell<Arc<Store>>>,
    builder: Arc<OnceCell<Builder>>,
    destination: Arc<OnceCell<Destination>>,
    database_mark: Arc<OnceCell<String>>,
}

impl Services {
    /// Parts for an environment.
    pub fn new(environment: Environment, build: BuildSettings) -> Result<Self, ServiceError> {
        Ok(Self {
            providers: providers(&environment.providers),
            environment,
            templates: Arc::new(Templates::builtin()?),
            build,
            cases: Child::of_this_program(),
            store: Arc::default(),
            builder: Arc::default(),
            destination: Arc::default(),
            database_mark: Arc::default(),
        })
    }

    /// The same with another program that runs cases: where these are parts of a
    /// program that is not `pelato`.
    #[must_use]
    pub fn with_cases_run_by(self, cases: Child) -> Self {
        Self { cases, ..self }
    }

    /// The same with other templates. Every other part is shared, whoever is first to
    /// need it.
    #[must_use]
    pub fn with_templates(&self, templates: Templates) -> Self {
        Self {
            templates: Arc::new(templates),
            ..self.clone()
        }
    }

    /// What runs the cases of tasks.
    pub fn cases(&self) -> &Child {
        &self.cases
    }

    /// Where machine code is kept for the next time.
    pub fn compiled(&self) -> PathBuf {
        self.build.options.cache.join("compiled")
    }

    /// How tasks are built.
    pub fn building(&self) -> &BuildSettings {
        &self.build
    }

    /// Where to.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The database of the environment, if it has one.
    ///
    /// # Errors
    /// Where its address cannot be used.
    pub fn database(&self) -> Result<Option<Database>, ServiceError> {
        let url = self.environment.sql.as_ref();
        Ok(url.map(Database::named).transpose()?)
    }

    /// What tells the database from any other in the names of configurations, once
    /// [`Self::learn_database_mark`] was through.
    pub fn database_mark(&self) -> Option<&str> {
        self.database_mark.get().map(String::as_str)
    }

    /// Asks the lattice for what [`Self::database_mark`] needs.
    pub async fn learn_database_mark(&self) -> Result<(), ServiceError> {
        if let (None, Destination::Lattice(lattice)) = (self.database_mark.get(), self.destination().await?)
            && let Some(mark) = lattice.database_mark().await?
        {
            // Of two that learn it at once, both learn the same.
            let _ = self.database_mark.set(mark);
        }
        Ok(())
    }

    /// Image references of the providers.
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// What a task can be.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// Where artifacts are kept: the registry of the environment, or for local
    /// deployments a folder where none is named.
    pub async fn store(&self) -> Result<&Arc<Store>, ServiceError> {
        self.store
            .get_or_try_init(|| async {
                let store = match &self.environment.registry {
                    Some(registry) => Store::Registry(Box::new(Registry::new(registry_config(registry))?)),
                    None if self.environment.deploy == DeployMode::Local => {
                        Store::Layout(Layout::new(self.state()?.join("artifacts")))
                    }
                    None => {
                        return Err(ServiceError::Setting(
                            "no registry is named: set REGISTRY_URL (for example localhost:5000), in the environment or in .env".into(),
                        ));
                    }
                };
                Ok(Arc::new(store))
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

    /// Where the applications of the environment run.
    pub async fn destination(&self) -> Result<&Destination, ServiceError> {
        self.destination
            .get_or_try_init(|| async {
                match self.environment.deploy {
                    DeployMode::Wadm => {
                        let nats = nats_config(&self.environment.nats);
                        let lattice = Lattice::connect(&nats, &self.environment.lattice).await?;
                        Ok(Destination::Lattice(Box::new(lattice.with_database(self.database()?))))
                    }
                    #[cfg(feature = "local")]
                    DeployMode::Local => Ok(Destination::Local(Box::new(self.local_host().await?))),
                    #[cfg(not(feature = "local"))]
                    DeployMode::Local => Err(ServiceError::Setting(
                        "this program was built without the local host (the cargo feature `local`)".into(),
                    )),
                }
            })
            .await
    }

    /// Makes sure that what was deployed runs, where that is ours to do: on a local
    /// host, which may have been ended. How many applications there are; none on a
    /// lattice, which is not asked.
    pub async fn wake(&self) -> Result<Option<usize>, ServiceError> {
        match self.environment.deploy {
            DeployMode::Wadm => Ok(None),
            DeployMode::Local => Ok(Some(self.destination().await?.applications().await?.len())),
        }
    }

    /// Where local deployments and artifacts are kept, absolute.
    pub(super) fn state(&self) -> Result<PathBuf, ServiceError> {
        let Some(state) = &self.environment.state else {
            return Err(ServiceError::Setting(
                "there is no place for local deployments: set PELATO_STATE to a folder, since neither XDG_STATE_HOME nor HOME is set"
                    .into(),
            ));
        };
        std::path::absolute(state).map_err(|error| {
            ServiceError::Setting(format!(
                "the folder {} cannot be used: {error} (PELATO_STATE)",
                state.display()
            ))
        })
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

pub(super) fn nats_config(nats: &config::Nats) -> NatsConfig {
    let secret = |secret: &Option<SecretString>| secret.clone();
    NatsConfig {
        url: nats.url.clone(),
        user: nats.user.clone(),
        password: secret(&nats.password),
        token: secret(&nats.token),
        nkey: secret(&nats.nkey),
        nkey_file: nats.nkey_file.clone(),
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
