//! The webhook runner, put together from `runner.yaml`.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::agent::agent;
use super::identity::identity;
use super::keep::keep;
use super::patience::Patience;
use super::platform::{Platform, looks};
use super::poster::Poster;
use super::presence::Presence;
use super::push::Serve;
use super::reconcile::reconcile;
use super::remains::{clear, workers_of};
use super::tidy::tidy;
use super::{fetch, notify};
use crate::config::{Repository, RunnerConfig};
use crate::forge::{self, Forge, ForgeError, ForgeKind};
use crate::queue::{self, Answer, Clock, Job, Keep, Outbox, Queue, QueueError, RunEnd, RunState, SqliteQueue, Worker};
use crate::report::Mask;
use crate::server::{self, Connections, Figures, Hook, Router, Settings, SettingsError};
use crate::services::{BuildSettings, ServiceError, Services};

/// How many runs go on at once, of different repositories or environments.
const WORKERS: usize = 2;

/// Why the runner does not start.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The data folder cannot be made.
    #[error("cannot work in the folder {path}: {error}; look at `data` in runner.yaml")]
    Data {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; look at `listen` in runner.yaml")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// See there.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// See there.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// See there.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// See there.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// A runner that is about to serve.
pub struct Runner {
    listener: TcpListener,
    router: Router,
    connections: Connections,
    queue: Arc<dyn Queue>,
    desk: Arc<Desk>,
    poster: Poster,
    platform: Arc<Platform>,
    patience: Patience,
    drain: Duration,
    keep: Keep,
    presence: Arc<Presence>,
    reconcile: Option<Duration>,
    /// No more work is begun; the door still answers.
    draining: CancellationToken,
}

/// What a worker needs to work a job off: the repository's side and the
/// environment's.
pub(super) struct Desk {
    pub(super) serves: HashMap<(String, String), Serve>,
    pub(super) environments: BTreeMap<String, Services>,
    pub(super) queue: Arc<dyn Queue>,
    outbox: Arc<dyn Outbox>,
    pub(super) figures: Figures,
}

impl Runner {
    /// Opens the store, binds the listener and checks the settings. Nothing is
    /// served yet; deliveries wait in the listener's backlog.
    pub async fn start(config: RunnerConfig, build: &BuildSettings) -> Result<Self, RunnerError> {
        let unusable = |error| RunnerError::Data {
            path: config.data.clone(),
            error,
        };
        std::fs::create_dir_all(&config.data).map_err(unusable)?;
        let presence = Presence::begin(&config.data).map_err(unusable)?;
        let mut build = build.clone();
        build.options.temporary = Some(presence.temporary());
        build.options.owner = Some(presence.name().to_owned());
        let id = identity(&config.data, &presence.temporary()).map_err(unusable)?;
        let limits = queue::Limits {
            queued: u32::try_from(config.limits.queue).unwrap_or(u32::MAX),
            ..queue::Limits::default()
        };
        let store = SqliteQueue::open(&config.data.join("pelato.db"), limits, Clock::default()).await?;
        let store = Arc::new(store);
        let queue: Arc<dyn Queue> = Arc::clone(&store) as _;
        let outbox: Arc<dyn Outbox> = store;
        if presence.is_first() {
            outbox.take_back().await?;
        }
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| RunnerError::Listen {
                address: config.listen,
                error,
            })?;
        let draining = CancellationToken::new();
        let figures = Figures::default();
        let settings = Settings {
            figures: figures.clone(),
            ..settings(&config)
        };
        let address = listener.local_addr().unwrap_or(config.listen);
        let public_url = config.public_url.clone().or_else(|| Some(format!("http://{address}")));
        let mask = mask(&config);
        let environments = config
            .environments
            .into_iter()
            .map(|(name, environment)| {
                let services = Services::new(environment, build.clone())?;
                // A wrong address is said now, not in the first run.
                services.database()?;
                Ok((name, services))
            })
            .collect::<Result<_, ServiceError>>()?;
        let platform = Arc::new(Platform::new(looks(&config.repositories, &environments), mask.clone()));
        let router = server::router(settings, Arc::clone(&queue), platform.checks(), draining.clone())?;
        let (mut serves, mut forges, mut mute) = (HashMap::new(), HashMap::new(), Vec::new());
        for repository in &config.repositories {
            let key = key(repository.forge, &repository.name);
            match forge(repository)? {
                Some(forge) => drop(forges.insert(key.clone(), forge)),
                None => mute.push(key.clone()),
            }
            let serve = Serve {
                cache: format!("{id}+{}", mirror_name(repository)),
                mirror: config.data.join("mirrors").join(mirror_name(repository)),
                keep_going: config.keep_going,
                mask: mask.clone(),
                shutdown: draining.clone(),
                platform: Arc::clone(&platform),
                origin: forge::origin(&repository.url).unwrap_or_default(),
                fetches: fetch::places(),
                figures: figures.clone(),
                repository: repository.clone(),
            };
            serves.insert(key, serve);
        }
        outbox.mute(&mute).await?;
        Ok(Self {
            listener,
            router,
            connections: Connections {
                most: usize::try_from(config.limits.connections).unwrap_or(usize::MAX),
                ..Connections::default()
            },
            desk: Arc::new(Desk {
                serves,
                environments,
                queue: Arc::clone(&queue),
                outbox: Arc::clone(&outbox),
                figures,
            }),
            poster: Poster::new(outbox, forges, public_url),
            queue,
            platform,
            patience: Patience::default(),
            drain: config.drain,
            reconcile: config.reconcile,
            keep: Keep {
                runs: config.retention.runs,
                logs: config.retention.logs,
                size: config.retention.size,
            },
            presence: Arc::new(presence),
            draining,
        })
    }

    /// The same with more or less patience for what is away.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until `stop`; then begins no more work, and finishes or hands back what
    /// runs, within `drain` and ten seconds more. Until that is done the door answers: what is delivered is
    /// stored for the next start, since a forge does not send it again, and `/readyz` says
    /// that the runner drains.
    pub async fn serve(self, stop: CancellationToken) {
        let Self {
            listener,
            router,
            connections,
            queue,
            desk,
            poster,
            platform,
            patience,
            drain,
            keep: kept,
            presence,
            reconcile: pause,
            draining,
        } = self;
        let closing = CancellationToken::new();
        let mut door = JoinSet::new();
        door.spawn(server::serve(listener, router, connections, closing.clone()));
        // How the last runs ended is told too.
        door.spawn(poster.run(closing.clone()));
        notify::ready();
        let mut parts = JoinSet::new();
        for _ in 0..WORKERS {
            let desk = Arc::clone(&desk);
            let worker = Worker::new(Arc::clone(&queue), move |job, cancel| {
                let desk = Arc::clone(&desk);
                async move { desk.work(job, &patience, cancel).await }
            })
            .of(&workers_of(presence.name()))
            .with_grace(drain);
            let draining = draining.clone();
            parts.spawn(async move { worker.run(draining).await });
        }
        parts.spawn(keep(Arc::clone(&desk), draining.clone()));
        parts.spawn(clear(
            Arc::clone(&presence),
            Arc::clone(&queue),
            Arc::clone(&desk),
            draining.clone(),
        ));
        parts.spawn(platform.watch(Arc::clone(&queue), draining.clone()));
        parts.spawn(tidy(Arc::clone(&queue), kept, draining.clone()));
        for (name, services) in &desk.environments {
            if services.environment().has_agent() {
                parts.spawn(agent(Arc::clone(&desk), name.clone(), draining.clone()));
            }
        }
        if let Some(pause) = pause {
            parts.spawn(reconcile(Arc::clone(&desk), pause, draining.clone()));
        }
        stop.cancelled().await;
        tracing::info!("draining: no more work is begun");
        notify::stopping();
        draining.cancel();
        over(parts).await;
        closing.cancel();
        over(door).await;
        // Whatever ran is over: from here on nobody has to look after it.
        drop(presence);
    }
}

async fn over(mut parts: JoinSet<()>) {
    while let Some(ended) = parts.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a part of the runner broke off");
        }
    }
}

impl Desk {
    async fn work(&self, job: Job, patience: &Patience, cancel: CancellationToken) -> Answer {
        let run = &job.run;
        let forge: Option<ForgeKind> = run.forge.parse().ok();
        let serve = forge.and_then(|forge| self.serves.get(&key(forge, &run.repository)));
        let services = self.environments.get(&run.environment);
        let (Some(serve), Some(services)) = (serve, services) else {
            return Answer::Over(RunEnd {
                state: RunState::Error,
                reason: Some(format!(
                    "runner.yaml no longer has the repository {} or the environment {}",
                    run.repository, run.environment
                )),
                tasks: Vec::new(),
            });
        };
        let stores = (Arc::clone(&self.queue), Arc::clone(&self.outbox));
        serve.work(&job, stores, services, patience, &cancel).await
    }
}

/// Hides the secrets of a configuration.
pub fn mask(config: &RunnerConfig) -> Mask {
    let secrets = config.secrets();
    for (what, secret) in &secrets {
        if secret.expose_secret().len() < Mask::LEAST {
            let least = Mask::LEAST;
            tracing::warn!("{what} has fewer than {least} characters: it is not masked in logs; make it longer");
        }
    }
    Mask::of(secrets.iter().map(|(_, secret)| secret))
}

fn settings(config: &RunnerConfig) -> Settings {
    let hooks = config.repositories.iter().map(|repository| Hook {
        name: repository.name.clone(),
        forge: repository.forge,
        secrets: repository.webhook_secrets.clone(),
        branches: repository.branches.clone(),
        sources: repository.sources.clone(),
        insecure_unsigned: repository.insecure_unsigned,
    });
    Settings {
        repositories: hooks.collect(),
        body_limit: usize::try_from(config.limits.body).unwrap_or(usize::MAX),
        api_token: config.api_token.clone(),
        public: config.public,
        loopback: config.listen.ip().is_loopback(),
        proxies: config.proxies.clone(),
        ..Settings::default()
    }
}

fn forge(repository: &Repository) -> Result<Option<Forge>, ForgeError> {
    // Without a token nothing is posted: the runner's page still tells all.
    let Some(token) = &repository.token else {
        tracing::warn!(
            repository = repository.name,
            "no `token`: commit statuses are not posted"
        );
        return Ok(None);
    };
    Forge::new(repository.forge, repository.api.as_deref(), token.clone()).map(Some)
}

/// Forges do not tell upper from lower case in a repository's name.
pub(super) fn key(forge: ForgeKind, repository: &str) -> (String, String) {
    (forge.to_string(), repository.to_ascii_lowercase())
}

/// A folder's name that no other repository has: `/` becomes a character that a
/// repository's name cannot hold.
fn mirror_name(repository: &Repository) -> String {
    format!(
        "{}+{}.git",
        repository.forge,
        repository.name.to_ascii_lowercase().replace('/', "+")
    )
}
