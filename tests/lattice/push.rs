//! From a `git push` to a running function, on real parts: git, the runner's own
//! program, SQLite, Docker, a registry, NATS, wadm and two hosts. Only the forge
//! is a model, spoken to over HTTP.

mod away;
pub(crate) mod repository;
pub(crate) mod runner;

use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use pelato::forge::ForgeKind;
use serde_json::Value;
use tokio::sync::OnceCell;

use self::repository::Repository;
use self::runner::Runner;
use super::forge::{FakeForge, Push};

const NAME: &str = "acme/thermo";
const SECRET: &str = "s3cr3t";
const TOKEN: &str = "a-token-of-the-forge";
/// A busy machine compiles a component for some seconds on each host.
const PATIENCE: Duration = Duration::from_secs(60);

/// All that takes part.
struct Stage {
    lattice: &'static Lattice,
    forge: FakeForge,
    repository: Repository,
    runner: Runner,
    http: reqwest::Client,
}

impl Stage {
    async fn set() -> Self {
        Self::on(Lattice::shared().await.unwrap()).await
    }

    /// On a lattice that no other story counts on.
    async fn of_its_own() -> Self {
        static LATTICE: OnceCell<Lattice> = OnceCell::const_new();
        let lattice = LATTICE.get_or_init(async || Lattice::start(Options::default()).await.unwrap());
        Self::on(lattice.await).await
    }

    async fn on(lattice: &'static Lattice) -> Self {
        let forge = FakeForge::start().await;
        forge.add_repository(NAME, TOKEN);
        let repository = Repository::of_the_example();
        let config = format!(
            "\
listen: 127.0.0.1:0
reconcile: off
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
    registry: {{ url: {registry}/acme }}
    nats: {{ url: {nats} }}
    lattice: {name}
    providers: builtin
",
            url = repository.bare().display(),
            api = forge.api(ForgeKind::Gitea),
            registry = lattice.registry(),
            nats = lattice.nats(),
            name = lattice.name(),
        );
        let runner = Runner::start(&config, &[("THERMO_SECRET", SECRET), ("THERMO_TOKEN", TOKEN)]).await;
        Self {
            lattice,
            forge,
            repository,
            runner,
            http: reqwest::Client::new(),
        }
    }

    /// Pushes what was written, and sends the delivery. The commit and the run.
    async fn push(&self, message: &str) -> (String, String) {
        let (before, after) = self.repository.push(message);
        let (status, answer) = self.deliver(&before, &after, message).await;
        assert_eq!(status, 202, "{answer}");
        let run = answer["run"].as_str().unwrap().to_owned();
        (after, run)
    }

    async fn deliver(&self, before: &str, after: &str, message: &str) -> (u16, Value) {
        let push = Push {
            repository: NAME,
            branch: "main",
            before,
            after,
            message,
        };
        let webhook = self.forge.push(ForgeKind::Gitea, &push).signed(SECRET);
        webhook.send(&self.runner.url()).await
    }

    async fn run(&self, id: &str) -> Value {
        let url = format!("{}/api/runs/{id}", self.runner.url());
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn log(&self, id: &str) -> String {
        let url = format!("{}/api/runs/{id}/log", self.runner.url());
        self.http.get(url).send().await.unwrap().text().await.unwrap()
    }

    /// `context: state` of all statuses of a commit, in their order.
    fn statuses(&self, commit: &str) -> Vec<String> {
        let statuses = self.forge.statuses(NAME, commit);
        statuses
            .iter()
            .map(|status| format!("{}: {}", status.context, status.state))
            .collect()
    }

    async fn settled(&self, commit: &str) -> (String, String) {
        let status = self.forge.until_settled(NAME, commit, "pelato").await;
        (status.state, status.description)
    }

    /// Posts a reading to the converter on the edge; what it answers.
    async fn post(&self, celsius: f64) -> String {
        let reading = format!(r#"{{"sensor":"kitchen","celsius":{celsius}}}"#);
        let url = format!("http://127.0.0.1:{}/", self.repository.edge_port());
        let answer = self.http.post(url).body(reading).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }
}

#[tokio::test]
async fn a_push_runs_and_the_next_one_does_only_what_it_must() {
    let stage = Stage::set().await;
    let nats = async_nats::connect(stage.lattice.nats()).await.unwrap();
    let mut warm = nats.subscribe("living_room_warm_data").await.unwrap();
    nats.flush().await.unwrap();
    let mut next = async || {
        let message = tokio::time::timeout(PATIENCE, warm.next()).await.unwrap().unwrap();
        String::from_utf8(message.payload.to_vec()).unwrap()
    };

    // The first push: everything is new.
    let (commit, run) = stage.push("first").await;
    let (state, description) = stage.settled(&commit).await;
    assert_eq!(state, "success", "{description}\n{}", stage.log(&run).await);
    insta::assert_snapshot!(description, @"2 built, 2 published, 2 deployed");
    let mut statuses = stage.statuses(&commit);
    assert_eq!(statuses.first().map(String::as_str), Some("pelato: pending"));
    assert_eq!(statuses.last().map(String::as_str), Some("pelato: success"));
    statuses.sort();
    insta::assert_snapshot!(statuses.join("\n"), @"
    pelato/celsius_to_kelvin_conversion: pending
    pelato/celsius_to_kelvin_conversion: success
    pelato/kelvin_filter: pending
    pelato/kelvin_filter: success
    pelato: pending
    pelato: success
    ");
    let page = stage.forge.latest(NAME, &commit)["pelato"].target_url.clone().unwrap();
    let page = stage.http.get(page).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("kelvin_filter"));

    // It answers, and what is warm comes out at the end.
    assert_eq!(stage.post(25.0).await, r#"{"sensor":"kitchen","kelvin":298.15}"#);
    assert_eq!(next().await, r#"{"sensor":"kitchen","kelvin":298.15}"#);
    stage.post(5.0).await;
    stage.post(30.0).await;
    assert_eq!(
        next().await,
        r#"{"sensor":"kitchen","kelvin":303.15}"#,
        "5 °C are filtered"
    );

    // The same delivery once more is no run.
    let (status, answer) = stage.deliver("0".repeat(40).as_str(), &commit, "first").await;
    assert_eq!((status, answer["duplicate"].as_str()), (200, Some(run.as_str())));

    // Other code under the same version, in one of the two tasks.
    stage.repository.edit("tasks/filter.go", "293.15", "299.15");
    let (commit, run) = stage.push("only what is hot").await;
    let (state, description) = stage.settled(&commit).await;
    assert_eq!(state, "success", "{description}\n{}", stage.log(&run).await);
    insta::assert_snapshot!(description, @"1 built, 1 published, 1 deployed, 1 unchanged");
    insta::assert_snapshot!(stage.statuses(&commit).join("\n"), @"
    pelato: pending
    pelato/kelvin_filter: pending
    pelato/kelvin_filter: success
    pelato: success
    ");
    let tasks = stage.run(&run).await["tasks"].clone();
    insta::assert_snapshot!(tasks_shown(&tasks), @r#"
    celsius_to_kelvin_conversion: "unchanged" [] (edge running, cloud running)
    kelvin_filter: "changed" ["code filter.go changed"] (edge running, cloud running)
    "#);
    let log = stage.log(&run).await;
    let built: Vec<&str> = log
        .lines()
        .filter(|line| line.starts_with("   build  ") && line.contains(" MB"))
        .collect();
    assert_eq!(built.len(), 1, "{log}");
    assert!(built[0].contains("kelvin_filter"), "{log}");
    stage.post(25.0).await;
    stage.post(40.0).await;
    assert_eq!(
        next().await,
        r#"{"sensor":"kitchen","kelvin":313.15}"#,
        "25 °C are filtered now"
    );

    // A file that no task is built from.
    stage.repository.write("README.md", "# Thermo\n");
    let (commit, run) = stage.push("say what it is").await;
    let (state, description) = stage.settled(&commit).await;
    assert_eq!((state.as_str(), description.as_str()), ("success", "2 unchanged"));
    assert_eq!(stage.statuses(&commit), ["pelato: pending", "pelato: success"]);
    let log = stage.log(&run).await;
    assert!(!log.contains("   build  ") && !log.contains(" publish  "), "{log}");

    // A commit that is not the head any more when its turn comes.
    stage.repository.write("README.md", "# Thermometers\n");
    let (before, passed) = stage.repository.push("soon forgotten");
    stage.repository.write("README.md", "# Thermometer\n");
    stage.repository.push("the head");
    let (status, _) = stage.deliver(&before, &passed, "soon forgotten").await;
    assert_eq!(status, 202);
    let (state, description) = stage.settled(&passed).await;
    assert_eq!(state, "error");
    assert!(
        description.starts_with("superseded: the head of main is now"),
        "{description}"
    );

    // Code that does not compile fails that commit, by name and line, and what
    // runs goes on.
    stage
        .repository
        .edit("tasks/filter.go", "return arg\n", "return args\n");
    let (commit, run) = stage.push("a slip").await;
    let (state, description) = stage.settled(&commit).await;
    assert_eq!(state, "failure", "{}", stage.log(&run).await);
    assert!(description.contains("kelvin_filter"), "{description}");
    let filter = stage.forge.latest(NAME, &commit)["pelato/kelvin_filter"].clone();
    assert_eq!(filter.state, "failure");
    assert!(
        filter.description.contains("tasks/filter.go:"),
        "{}",
        filter.description
    );
    stage.post(50.0).await;
    assert_eq!(next().await, r#"{"sensor":"kitchen","kelvin":323.15}"#);

    // The runner ends when it is told to.
    assert_eq!(stage.runner.stop().await, Some(0));
}

/// The tasks of a run, without what differs from machine to machine.
fn tasks_shown(tasks: &Value) -> String {
    let tasks = tasks.as_array().unwrap();
    tasks
        .iter()
        .map(|task| {
            let targets: Vec<String> = task["targets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|target| {
                    format!(
                        "{} {}",
                        target["name"].as_str().unwrap(),
                        target["state"].as_str().unwrap()
                    )
                })
                .collect();
            format!(
                "{}: {} {} ({})",
                task["component_name"].as_str().unwrap(),
                task["change"],
                task["reasons"],
                targets.join(", ")
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}
