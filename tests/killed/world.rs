//! All that takes part: real parts, each behind something that can hold its answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pelato::forge::ForgeKind;
use pelato::queue::{Clock, Limits, SqliteQueue};
use serde_json::Value;
use tempfile::TempDir;

use crate::door::Door;
use crate::forge::{FakeForge, Push};
use crate::gate::Gate;
use crate::git::GitServer;
use crate::go::Go;
use crate::host::{Host, free_address};
use crate::process::{Process, Program};
use crate::registry::RealRegistry;
use crate::repository::Repository;
use crate::tasks::{Tasks, code};

pub(crate) const NAME: &str = "acme/killed";
const SECRET: &str = "s3cr3t";
const TOKEN: &str = "a-token-of-the-forge";
/// A busy machine builds for some seconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Where artifacts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Registry,
    Layout,
}

pub(crate) struct World {
    pub(crate) gate: Gate,
    pub(crate) forge: FakeForge,
    pub(crate) repository: Repository,
    pub(crate) go: Go,
    pub(crate) host: Arc<Host>,
    pub(crate) program: Program,
    /// `local` or `docker`.
    pub(crate) builder: &'static str,
    /// Where `ask` listens.
    pub(crate) address: String,
    /// Each delivery that was answered 202: its run and its commit.
    pub(crate) accepted: Vec<(String, String)>,
    /// What every version of an application stands for.
    pub(crate) versions: BTreeMap<(String, String), String>,
    folder: TempDir,
    _parts: (Option<RealRegistry>, GitServer, Vec<Door>),
}

impl World {
    pub(crate) async fn set(store: Store, builder: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["tmp", "data"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let gate = Gate::default();
        let forge = FakeForge::start().await;
        forge.add_repository(NAME, TOKEN);
        let api = forge.api(ForgeKind::Gitea);
        let (upstream, path) = api.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let forge_door = Door::before("forge", upstream, &gate).await;
        let repository = Repository::empty(0);
        let git = GitServer::of(repository.bare().parent().unwrap()).await;
        let git_door = Door::before("git", &git.address, &gate).await;
        let mut doors = Vec::new();
        let registry = (store == Store::Registry).then(RealRegistry::open);
        let mut named = String::new();
        if let Some(registry) = &registry {
            let door = Door::before("registry", &registry.host, &gate).await;
            named = format!("    registry: {{ url: {}/acme }}\n", door.address);
            doors.push(door);
        }
        let config = format!(
            "listen: 127.0.0.1:0\ndata: {data}\nbuilder: {builder}\nrepositories:\n  - name: {NAME}\n    forge: gitea\n    \
             url: http://{git}/thermo.git\n    allow_http: true\n    api: http://{api}/{path}\n    \
             webhook_secret: {{ env: THERMO_SECRET }}\n    token: {{ env: THERMO_TOKEN }}\n    \
             branches: {{ main: production }}\nenvironments:\n  production:\n    deploy: local\n{named}",
            data = folder.path().join("data").display(),
            git = git_door.address,
            api = forge_door.address,
        );
        std::fs::write(folder.path().join("runner.yaml"), config).unwrap();
        doors.extend([forge_door, git_door]);
        let go = Go::in_folder(folder.path());
        let variables = [
            ("THERMO_SECRET", SECRET.to_owned()),
            ("THERMO_TOKEN", TOKEN.to_owned()),
            ("TMPDIR", folder.path().join("tmp").display().to_string()),
            ("PATH", go.path()),
            ("PELATO_GO_IMAGE", crate::tiny_task::options().go_image),
        ];
        Self {
            program: Program {
                config: folder.path().join("runner.yaml"),
                variables: variables.map(|(name, value)| (name.to_owned(), value)).into(),
                log: folder.path().join("said"),
            },
            host: Arc::new(Host::below(&folder.path().join("data"), "production")),
            gate,
            forge,
            repository,
            go,
            builder,
            address: free_address(),
            accepted: Vec::new(),
            versions: BTreeMap::new(),
            folder,
            _parts: (registry, git, doors),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the Go cache of the repository is called: this runner's, this repository's, and
    /// this environment's.
    pub(crate) fn cache(&self) -> String {
        let id = std::fs::read_to_string(self.data().join("id")).unwrap();
        format!("{}+gitea+{}.git+production", id.trim(), NAME.replace('/', "+"))
    }

    /// The store, as one more process sees it.
    pub(crate) async fn store(&self) -> SqliteQueue {
        let file = self.data().join("pelato.db");
        SqliteQueue::open(&file, Limits::default(), Clock::default())
            .await
            .unwrap()
    }

    /// Pushes what `tasks` say, and delivers it: the run.
    pub(crate) async fn push(&mut self, runner: &Process, tasks: &Tasks, before: &Tasks) -> String {
        self.repository.write("workflow.yaml", &tasks.workflow(&self.address));
        for (name, _) in before.all() {
            let _ = std::fs::remove_file(self.repository.folder().join(format!("tasks/{name}.go")));
        }
        for (name, adds) in tasks.all() {
            self.repository.write(&format!("tasks/{name}.go"), &code(adds));
        }
        // No two pushes are of the same tree.
        self.repository
            .write("README.md", &format!("push {}\n", self.accepted.len()));
        let (before, after) = self.repository.push("a push");
        let push = Push {
            repository: NAME,
            branch: "main",
            before: &before,
            after: &after,
            message: "a push",
        };
        let webhook = self.forge.push(ForgeKind::Gitea, &push).signed(SECRET);
        let (status, answer) = webhook.send(&runner.url).await;
        assert_eq!(status, 202, "{answer}");
        let run = answer["run"].as_str().unwrap().to_owned();
        self.accepted.push((run.clone(), after));
        run
    }

    /// Waits until a run is over: what the API says of it.
    pub(crate) async fn over(&self, runner: &Process, run: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let client = reqwest::Client::new();
        let url = format!("{}/api/runs/{run}", runner.url);
        loop {
            let answer = client.get(&url).send().await.unwrap().text().await.unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            if !matches!(answer["state"].as_str(), Some("queued" | "running")) {
                return answer;
            }
            assert!(
                Instant::now() < deadline,
                "{answer} is not over\n{}\n{}",
                self.log_of(runner, run).await,
                self.program.said()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where a run stands.
    pub(crate) async fn state(&self, runner: &Process, run: &str) -> String {
        let answer = reqwest::get(format!("{}/api/runs/{run}", runner.url)).await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        answer["state"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn log_of(&self, runner: &Process, run: &str) -> String {
        let url = format!("{}/api/runs/{run}/log", runner.url);
        match reqwest::get(url).await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }
}
