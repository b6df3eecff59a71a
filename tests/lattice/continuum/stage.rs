//! A runner on the continuum: the program itself, a repository that it follows, a forge.

use std::time::{Duration, Instant};

use lattice_harness::{Continuum, Timings};
use pelato::forge::ForgeKind;
use serde_json::Value;

use super::{FakeForge, Push, Repository, Runner};

const NAME: &str = "acme/continuum";
const SECRET: &str = "s3cr3t";
const TOKEN: &str = "a-token-of-the-forge";
/// A busy machine compiles a component for some seconds on each host, and wadm takes its
/// time with hosts that come back.
const PATIENCE: Duration = Duration::from_secs(70);

/// How a stage differs from others.
#[derive(Default)]
pub(crate) struct Setting<'a> {
    /// As in [`Continuum::start`].
    pub(crate) bus: &'a str,
    /// `providers` of the environment; the external one where none is named.
    pub(crate) providers: Option<&'a str>,
    /// Whether the runner looks every second for what departs, and heals it.
    pub(crate) heals: bool,
    /// With accounts, users and TLS; nothing of `bus` then.
    pub(crate) guarded: bool,
    /// Whether nobody says which hosts may take messages.
    pub(crate) without_agent: bool,
}

pub(crate) struct Stage {
    pub(crate) continuum: Continuum,
    forge: FakeForge,
    repository: Repository,
    runner: Runner,
}

impl Stage {
    /// Starts all of it; `workflow` is the project's.
    pub(crate) async fn set(timings: Timings, workflow: &str, setting: Setting<'_>) -> Self {
        let continuum = match setting.guarded {
            true => Continuum::guarded(timings).await,
            false => Continuum::start(timings, setting.bus).await,
        };
        let continuum = continuum.unwrap();
        let address = continuum.runner().replace("nats://", "");
        let (user, platform) = address.rsplit_once('@').unwrap_or(("", &address));
        let user = user.split_once(':');
        let password = user.map_or("", |(_, password)| password);
        let user = user.map_or_else(String::new, |(user, _)| {
            format!(", user: {user}, password: {{ env: NATS_PASSWORD }}")
        });
        let forge = FakeForge::start().await;
        forge.add_repository(NAME, TOKEN);
        let repository = Repository::empty(0);
        repository.write("workflow.yaml", workflow);
        let external = format!("{{ messaging: \"{}\" }}", continuum.messaging_provider());
        let config = format!(
            "\
listen: 127.0.0.1:0
reconcile: {reconcile}
builder: local
repositories:
  - name: {NAME}
    forge: gitea
    url: file://{url}
    api: {api}
    webhook_secret: {{ env: CONTINUUM_SECRET }}
    token: {{ env: CONTINUUM_TOKEN }}
    branches: {{ main: production }}
environments:
  production:
    registry: {{ url: \"{registry}/acme\", insecure: true }}
    nats: {{ url: \"nats://{platform}\"{user} }}
    lattice: {lattice}
    providers: {providers}
    heal: {heals}
    agent: {agent}
    targets:
      edge: {{ nats: \"{leaf}\" }}
      cloud: {{ nats: \"{hub}\" }}
",
            url = repository.bare().display(),
            api = forge.api(ForgeKind::Gitea),
            registry = continuum.registry(),
            hub = continuum.hub(),
            leaf = continuum.leaf(),
            lattice = continuum.name(),
            providers = setting.providers.unwrap_or(&external),
            reconcile = if setting.heals { "1s" } else { "off" },
            heals = setting.heals,
            agent = !setting.without_agent,
        );
        let variables = [
            ("CONTINUUM_SECRET", SECRET),
            ("CONTINUUM_TOKEN", TOKEN),
            ("NATS_PASSWORD", password),
        ];
        Self {
            runner: Runner::start(&config, &variables).await,
            continuum,
            forge,
            repository,
        }
    }

    /// Pushes a file of the project; the commit, and the id of the run that follows.
    pub(crate) async fn push(&self, file: &str, text: &str) -> (String, String) {
        self.repository.write(file, text);
        let (before, after) = self.repository.push("a push");
        let push = Push {
            repository: NAME,
            branch: "main",
            before: &before,
            after: &after,
            message: "a push",
        };
        let webhook = self.forge.push(ForgeKind::Gitea, &push).signed(SECRET);
        let (status, answer) = webhook.send(&self.runner.url()).await;
        // A runner that looks after heads itself may have seen the push before it hears of it.
        let (expected, key) = match answer["duplicate"].is_string() {
            true => (200, "duplicate"),
            false => (202, "run"),
        };
        assert_eq!(status, expected, "{answer}");
        (after, answer[key].as_str().unwrap().to_owned())
    }

    /// The status of a commit once it is final: its state and its text.
    pub(crate) async fn settled(&self, commit: &str) -> (String, String) {
        let status = self.forge.until_settled(NAME, commit, "pelato").await;
        (status.state, status.description)
    }

    /// A run as the runner's API has it.
    #[allow(dead_code, reason = "each of those who include this takes what it needs")]
    pub(crate) async fn run(&self, id: &str) -> Value {
        let url = format!("{}/api/runs/{id}", self.runner.url());
        let answer = reqwest::get(url).await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// The log of a run.
    pub(crate) async fn log(&self, id: &str) -> String {
        let url = format!("{}/api/runs/{id}/log", self.runner.url());
        reqwest::get(url).await.unwrap().text().await.unwrap()
    }

    /// Pushes, and waits until it is deployed everywhere.
    pub(crate) async fn deploy(&self, file: &str, text: &str) {
        let (commit, run) = self.push(file, text).await;
        let (state, description) = self.settled(&commit).await;
        assert_eq!(state, "success", "{description}\n{}", self.log(&run).await);
    }

    /// `pelato drain edge`, as it is typed before the host there is stopped; what it said.
    #[allow(dead_code, reason = "each of those who include this takes what it needs")]
    pub(crate) async fn drain(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let drained = tokio::process::Command::new(env!("CARGO_BIN_EXE_pelato"))
            .args([
                "drain",
                "edge",
                "--nats",
                &self.continuum.runner(),
                "--lattice",
                self.continuum.name(),
            ])
            .current_dir(folder.path())
            .output();
        let drained = drained.await.unwrap();
        let said = String::from_utf8_lossy(&drained.stderr).into_owned();
        assert!(drained.status.success(), "{said}");
        said
    }

    /// Waits for a condition.
    #[allow(dead_code, reason = "each of those who include this takes what it needs")]
    pub(crate) async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds().await {
            assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
