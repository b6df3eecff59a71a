//! From a `git push` to a running function with `deploy: local`: the runner, this
//! machine's Go, and nothing else. Deployments outlive the runner.

#[path = "../lattice/push/repository.rs"]
pub(crate) mod repository;
#[path = "../lattice/push/runner.rs"]
pub(crate) mod runner;

use pelato::forge::ForgeKind;
use rustix::process::Signal;

use self::repository::Repository;
use self::runner::Runner;
use crate::forge::{FakeForge, Push};
use crate::host::{Host, post, until};

pub(crate) const NAME: &str = "acme/thermo";
const SECRET: &str = "s3cr3t";
pub(crate) const TOKEN: &str = "a-token-of-the-forge";

pub(crate) struct Stage {
    forge: FakeForge,
    pub(crate) repository: Repository,
    pub(crate) host: Host,
    pub(crate) config: String,
    data: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::of(Repository::of_the_example()).await
    }

    pub(crate) async fn of(repository: Repository) -> Self {
        let data = tempfile::tempdir().unwrap();
        let forge = FakeForge::start().await;
        forge.add_repository(NAME, TOKEN);
        let config = format!(
            "\
listen: 127.0.0.1:0
reconcile: off
data: {data}
builder: local
repositories:
  - name: {NAME}
    forge: gitea
    url: file://{url}
    api: {api}
    webhook_secret: {{ env: THERMO_SECRET }}
    token: {{ env: THERMO_TOKEN }}
    branches: {{ main: production }}
environments:
  production:
    deploy: local
",
            data = data.path().display(),
            url = repository.bare().display(),
            api = forge.api(ForgeKind::Gitea),
        );
        Self {
            host: Host::below(data.path(), "production"),
            forge,
            repository,
            config,
            data,
        }
    }

    /// The runner's folder.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    pub(crate) async fn runner(&self) -> Runner {
        Runner::start(&self.config, &[("THERMO_SECRET", SECRET), ("THERMO_TOKEN", TOKEN)]).await
    }

    /// Pushes what was written; how the forge is told that it ended.
    pub(crate) async fn push(&self, runner: &Runner, message: &str) -> String {
        let (before, after) = self.repository.push(message);
        self.tell(runner, "main", &before, &after).await
    }

    /// Tells the runner of a push; how the forge is told that it ended.
    pub(crate) async fn tell(&self, runner: &Runner, branch: &str, before: &str, after: &str) -> String {
        self.send(runner, branch, before, after).await;
        self.settled(after).await
    }

    /// How the forge is told that the run of a commit ended.
    pub(crate) async fn settled(&self, commit: &str) -> String {
        self.forge.add_commit(NAME, commit);
        let status = self.forge.until_settled(NAME, commit, "pelato").await;
        format!("{}: {}", status.state, status.description)
    }

    /// The same for a commit that has had a run before: that run's log.
    pub(crate) async fn tell_again(&self, runner: &Runner, branch: &str, before: &str, after: &str) -> String {
        let answer = self.send(runner, branch, before, after).await;
        let run = format!("{}/api/runs/{}", runner.url(), answer["run"].as_str().unwrap());
        let deadline = std::time::Instant::now() + crate::host::PATIENCE;
        loop {
            let state = reqwest::get(&run).await.unwrap().text().await.unwrap();
            let state: serde_json::Value = serde_json::from_str(&state).unwrap();
            if !state["finished_at"].is_null() {
                return reqwest::get(format!("{run}/log")).await.unwrap().text().await.unwrap();
            }
            assert!(std::time::Instant::now() < deadline, "{state}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// What the forge was told of a commit.
    pub(crate) fn told(&self, commit: &str) -> Vec<String> {
        let statuses = self.forge.statuses(NAME, commit);
        statuses.into_iter().map(|status| status.description).collect()
    }

    async fn send(&self, runner: &Runner, branch: &str, before: &str, after: &str) -> serde_json::Value {
        let push = Push {
            repository: NAME,
            branch,
            before,
            after,
            message: "a push",
        };
        let webhook = self.forge.push(ForgeKind::Gitea, &push).signed(SECRET);
        let (status, answer) = webhook.send(&runner.url()).await;
        assert_eq!(status, 202, "{answer}");
        answer
    }

    pub(crate) async fn answer(&self, celsius: f64) -> Result<String, String> {
        let reading = format!(r#"{{"sensor":"kitchen","celsius":{celsius}}}"#);
        post(&format!("127.0.0.1:{}", self.repository.edge_port()), &reading).await
    }
}

/// A template of the repository's own counts where `runner.yaml` says so, and what is
/// wrong with it is told on the commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_brings_a_template_of_its_own() {
    let stage = Stage::set().await;
    let allowed = stage
        .config
        .replace("    forge: gitea", "    templates: true\n    forge: gitea");
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/http_producer_nats");
    for file in [
        "template.yaml",
        "world.wit",
        "wadm.yaml",
        "skeleton/go.mod",
        "skeleton/main.go.hbs",
    ] {
        let text = std::fs::read_to_string(format!("{ours}/{file}")).unwrap();
        let text = text.replace("name: http_producer_nats\naliases: [producer_nats]", "name: mine");
        stage.repository.write(&format!("templates/mine/{file}"), &text);
    }
    stage
        .repository
        .edit("workflow.yaml", "type: http_producer_nats", "type: mine");

    // Nobody allowed it yet.
    let runner = stage.runner().await;
    let status = stage.push(&runner, "of our own").await;
    assert!(
        status.starts_with("failure: error: there is no template `mine`"),
        "{status}"
    );
    assert_eq!(runner.stop().await, Some(0));

    let stage = Stage {
        config: allowed,
        ..stage
    };
    let runner = stage.runner().await;
    stage.repository.write("README.md", "again");
    assert_eq!(
        stage.push(&runner, "again").await,
        "success: 2 built, 2 published, 2 deployed"
    );
    assert_eq!(
        stage.answer(25.0).await.unwrap(),
        r#"{"sensor":"kitchen","kelvin":298.15}"#
    );

    // A template that changes builds the tasks that are of it.
    stage.repository.edit(
        "templates/mine/skeleton/main.go.hbs",
        "func main() {}",
        "// Ours.\nfunc main() {}",
    );
    assert_eq!(
        stage.push(&runner, "our template").await,
        "success: 1 built, 1 published, 1 deployed, 1 unchanged"
    );
    stage
        .repository
        .edit("templates/mine/wadm.yaml", "{{target}}", "{{tagret}}");
    let status = stage.push(&runner, "wrong").await;
    assert!(
        status.starts_with("failure: error: nothing is called `tagret` here"),
        "{status}"
    );
    assert_eq!(runner.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_runs_and_outlives_the_runner() {
    let stage = Stage::set().await;
    let runner = stage.runner().await;
    let ready = reqwest::get(format!("{}/readyz", runner.url())).await.unwrap();
    assert_eq!(ready.status(), 200, "no NATS is needed");
    assert_eq!(
        stage.push(&runner, "first").await,
        "success: 2 built, 2 published, 2 deployed"
    );
    let warm = r#"{"sensor":"kitchen","kelvin":298.15}"#;
    // Seen to be refused once on a busy machine: the log says why.
    let answer = stage.answer(25.0).await;
    let answer = answer.unwrap_or_else(|refused| panic!("{refused}\n{}", stage.host.log()));
    assert_eq!(answer, warm);

    // The runner ends, and what it deployed goes on.
    let process = stage.host.process().unwrap();
    assert_eq!(runner.stop().await, Some(0));
    assert!(
        runner.said().contains("local deployments go on without the runner"),
        "{}",
        runner.said()
    );
    assert_eq!(stage.answer(25.0).await.unwrap(), warm);
    let runner = stage.runner().await;
    assert_eq!(stage.host.process(), Some(process));

    // Only what changed is built and replaced.
    stage.repository.edit("tasks/filter.go", "293.15", "299.15");
    assert_eq!(
        stage.push(&runner, "only what is hot").await,
        "success: 1 built, 1 published, 1 deployed, 1 unchanged"
    );

    // Both are killed. The next runner starts what was deployed.
    drop(runner);
    stage.host.signal(Signal::KILL);
    stage.host.until_gone().await;
    assert!(stage.answer(25.0).await.is_err());
    let runner = stage.runner().await;
    until("the host", || stage.host.process().is_some_and(|now| now != process)).await;
    let mut answer = stage.answer(25.0).await;
    for _ in 0..1_000 {
        if answer.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        answer = stage.answer(25.0).await;
    }
    assert_eq!(answer.unwrap(), warm);
    assert_eq!(runner.stop().await, Some(0));
}
