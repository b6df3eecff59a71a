//! A runner that is killed while it rolls an application on a lattice.

#[path = "../../killed/process.rs"]
mod process;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use lattice_harness::Lattice;
use pelato::deploy::{Deployed, NatsConfig};
use pelato::forge::ForgeKind;
use serde_json::Value;
use tempfile::TempDir;

use self::process::{Process, Program, left_of};
use crate::forge::{FakeForge, Push};
use crate::push::repository::Repository;

const NAME: &str = "acme/struck";
const SECRET: &str = "s3cr3t";
const TOKEN: &str = "a-token-of-the-forge";
const APPLICATION: &str = "struck-edge";
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the runner is killed.
const KILLS: usize = 12;

const WORKFLOW: &str = "\
project_name: Struck
tasks:
  - name: Struck
    type: processor_nats
    code: struck.go
    targets: [edge]
    source_topic: struck.in
    dest_topic: struck.out
    component_name: struck
    version: 1.0.0
";

/// When it is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The old version is undeployed, or gone.
    Away,
    /// After that the new one is deployed, and may not run yet.
    Begun,
    /// At any time of a run.
    Any,
}

struct World {
    lattice: &'static Lattice,
    wadm: wadm_client::Client,
    nats: async_nats::Client,
    forge: FakeForge,
    repository: Repository,
    program: Program,
    folder: TempDir,
}

impl World {
    async fn set() -> Self {
        let lattice = Lattice::shared().await.unwrap();
        let forge = FakeForge::start().await;
        forge.add_repository(NAME, TOKEN);
        let repository = Repository::empty(0);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let config = format!(
            "listen: 127.0.0.1:0\nreconcile: off\nbuilder: local\ndata: {data}\nrepositories:\n  - name: {NAME}\n    forge: gitea\n    \
             url: file://{url}\n    api: {api}\n    webhook_secret: {{ env: HOOK }}\n    token: {{ env: TOKEN }}\n    \
             branches: {{ main: production }}\nenvironments:\n  production:\n    registry: {{ url: {registry}/acme }}\n    \
             nats: {{ url: {nats} }}\n    lattice: {name}\n    providers: builtin\n",
            data = folder.path().join("data").display(),
            url = repository.bare().display(),
            api = forge.api(ForgeKind::Gitea),
            registry = lattice.registry(),
            nats = lattice.nats(),
            name = lattice.name(),
        );
        std::fs::write(folder.path().join("runner.yaml"), config).unwrap();
        let variables = [
            ("HOOK", SECRET.to_owned()),
            ("TOKEN", TOKEN.to_owned()),
            ("TMPDIR", folder.path().join("tmp").display().to_string()),
        ];
        let options = wadm_client::ClientConnectOptions {
            url: Some(lattice.nats()),
            ..Default::default()
        };
        Self {
            wadm: wadm_client::Client::new(lattice.name(), None, options).await.unwrap(),
            nats: async_nats::connect(lattice.nats()).await.unwrap(),
            program: Program {
                config: folder.path().join("runner.yaml"),
                variables: variables.map(|(name, value)| (name.to_owned(), value)).into(),
                log: folder.path().join("said"),
            },
            lattice,
            forge,
            repository,
            folder,
        }
    }

    /// Pushes code that adds `adds` to a message: the run, and its commit.
    async fn push(&self, runner: &Process, adds: &str, number: usize) -> (String, String) {
        let code = format!("package main\n\nfunc exec_task(arg string) string {{ return arg + {adds:?} }}\n");
        self.repository.write("tasks/struck.go", &code);
        self.repository.write("workflow.yaml", WORKFLOW);
        self.repository.write("README.md", &format!("push {number}\n"));
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
        (answer["run"].as_str().unwrap().to_owned(), after)
    }

    async fn over(&self, runner: &Process, run: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = reqwest::get(format!("{}/api/runs/{run}", runner.url)).await.unwrap();
            let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            if !matches!(answer["state"].as_str(), Some("queued" | "running")) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{answer}\n{}", self.program.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether wadm has a version of it that is deployed.
    async fn is_deployed(&self) -> bool {
        let versions = self.wadm.list_versions(APPLICATION).await.unwrap_or_default();
        versions.iter().any(|version| version.deployed)
    }

    async fn came(&self, instant: Moment, random: Duration) {
        if matches!(instant, Moment::Any) {
            return tokio::time::sleep(random).await;
        }
        while self.is_deployed().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        while matches!(instant, Moment::Begun) && !self.is_deployed().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What its code makes of `x`. A host may list a component a moment before it is
    /// subscribed.
    async fn answer(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.nats.request("struck.in", "x".into()).await {
                Ok(answer) => return String::from_utf8(answer.payload.to_vec()).unwrap(),
                Err(error) => assert!(Instant::now() < deadline, "nobody answers: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn deployed(&self) -> Deployed {
        let nats = NatsConfig {
            url: self.lattice.nats(),
            ..NatsConfig::default()
        };
        let lattice = pelato::deploy::Lattice::connect(&nats, self.lattice.name())
            .await
            .unwrap();
        let all = lattice.applications().await.unwrap();
        all.into_iter().find(|one| one.application == APPLICATION).unwrap()
    }

    async fn nothing_is_left(&self, runner: &Process) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut left = left_of(self.folder.path(), &[runner.number()]);
            let entries = std::fs::read_dir(self.folder.path().join("tmp")).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path().display().to_string()));
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{left:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_is_killed_while_it_rolls_loses_nothing_and_deploys_nothing_twice() {
    let world = World::set().await;
    let mut random = fastrand::Rng::with_seed(0x5eed_2029);
    let mut runner = world.program.start().await;
    let begun = Instant::now();
    let (run, _) = world.push(&runner, " 0", 0).await;
    let over = world.over(&runner, &run).await;
    assert_eq!(over["state"], "success", "{over}");
    let takes = begun.elapsed();

    let mut versions = BTreeMap::from([(world.deployed().await.version, " 0".to_owned())]);
    let mut past = vec![" 0".to_owned()];
    for number in 1..=KILLS {
        let instant = [Moment::Away, Moment::Begun, Moment::Any][number % 3];
        let adds = format!(" {}", number % 4);
        let (run, commit) = world.push(&runner, &adds, number).await;
        let longest = takes.mul_f64(random.f64());
        tokio::select! {
            () = world.came(instant, longest) => {}
            _ = world.over(&runner, &run) => {}
        }
        runner.kill().await;
        runner = world.program.start().await;
        let over = world.over(&runner, &run).await;
        assert_eq!(over["state"], "success", "killed at {instant:?}: {over}");
        past.push(adds.clone());

        assert_eq!(world.answer().await, format!("x{adds}"), "killed at {instant:?}");
        let status = world.forge.until_settled(NAME, &commit, "pelato").await;
        assert_eq!(status.state, "success");
        let latest = world.forge.latest(NAME, &commit);
        assert!(latest.values().all(|status| status.state != "pending"), "{latest:#?}");
        let deployed = world.deployed().await;
        versions.insert(deployed.version.clone(), adds);
        let mut found: Vec<String> = vec![versions[&deployed.version].clone()];
        found.extend(
            deployed
                .earlier()
                .iter()
                .map(|earlier| versions[earlier.version()].clone()),
        );
        found.reverse();
        assert_eq!(found, past, "killed at {instant:?}");
        // Killed between the new one's beginning and the old one's end: the next attempt
        // finds all as it is wanted, and the next roll forgets both.
        let versions = world.wadm.list_versions(APPLICATION).await.unwrap();
        let deployed: Vec<_> = versions.iter().filter(|version| version.deployed).collect();
        assert_eq!(deployed.len(), 1, "killed at {instant:?}: {versions:?}");
        assert!(versions.len() <= 2, "killed at {instant:?}: {versions:?}");
        world.nothing_is_left(&runner).await;
    }
    assert_eq!(runner.stop().await, Some(0));
    world.wadm.undeploy_manifest(APPLICATION).await.unwrap();
    world.wadm.delete_manifest(APPLICATION, None).await.unwrap();
}
