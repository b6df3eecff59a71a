//! What runs need is away, slow or busy, and comes back.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pelato::config::{Variables, read_runner};
use pelato::forge::ForgeKind;
use pelato::runner::{Patience, Runner};
use pelato::services::build_settings;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::containers::repository;
use crate::forge::{Push, Webhook};
use crate::gate::Gate;
use crate::git_server::GitServer;
use crate::moody::Moody;
use crate::process::{Mute, Place, SECRET, Server, eventually};
use crate::real_registry::RealRegistry;
use crate::tiny_task::options;

static DELIVERIES: AtomicU32 = AtomicU32::new(0);

/// Tells a runner at `url` that `commit` was pushed to `main`: the run's id.
async fn push(url: &str, repository: &str, commit: &str) -> String {
    let push = Push {
        repository,
        branch: "main",
        before: &"0".repeat(40),
        after: commit,
        message: "Begin",
    };
    let number = DELIVERIES.fetch_add(1, Ordering::Relaxed);
    let webhook = Webhook::of(ForgeKind::GitHub, format!("delivery-{number}"), &push).signed(SECRET);
    let (status, answer) = webhook.send(url).await;
    assert_eq!(status, 202, "{answer}");
    answer["run"].as_str().unwrap().to_owned()
}

async fn run(url: &str, run: &str) -> Value {
    let answer = reqwest::get(format!("{url}/api/runs/{run}")).await.unwrap();
    answer.json().await.unwrap()
}

/// Waits until a run is in a state, with a reason that says so.
async fn until(url: &str, id: &str, state: &str, reason: &str) -> Value {
    let mut last = Value::Null;
    let waiting = eventually(async || {
        last = run(url, id).await;
        last["state"] == state && last["reason"].as_str().unwrap_or_default().contains(reason)
    });
    if tokio::time::timeout(Duration::from_secs(80), waiting).await.is_err() {
        panic!("{state}, {reason}: {last:#}\n{}", log(url, id).await);
    }
    last
}

async fn log(url: &str, run: &str) -> String {
    let answer = reqwest::get(format!("{url}/api/runs/{run}/log")).await.unwrap();
    answer.text().await.unwrap()
}

/// `/readyz`, without what changes from run to run.
async fn readiness(server: &Server) -> Value {
    let (status, text) = server.get("/readyz").await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn shown(readiness: &Value) -> String {
    let parts = readiness["platform"].as_array().unwrap().iter().map(|part| {
        assert!(part["since"].is_string(), "{part}");
        format!("{} {} {} {}", part["name"], part["of"], part["ok"], part["reason"])
    });
    let text = parts.collect::<Vec<_>>().join("\n");
    regex::Regex::new(r"127\.0\.0\.1:\d+")
        .unwrap()
        .replace_all(&text, "ADDRESS")
        .into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_are_taken_while_everything_is_away_and_worked_off_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let [here, other] = ["r", "other"].map(|name| folder.path().join(name));
    let commits = [&here, &other].map(|path| repository(path));
    let git = GitServer::start(&here).await;
    let real = RealRegistry::open();
    let nats = lattice_harness::Lattice::start(lattice_harness::Options {
        wadm: false,
        hosts: Vec::new(),
        ..lattice_harness::Options::default()
    });
    let nats = nats.await.unwrap();
    let [mut forge, mut docker, mut registry, mut bus] = std::array::from_fn(|_| Gate::shut());
    let place = Place::of(&format!(
        "listen: 127.0.0.1:0\nreconcile: off\nbuilder: docker\nrepositories:\n  - name: ci/r\n    forge: github\n    \
         url: http://{forge}/r.git\n    allow_http: true\n    webhook_secret: {{ env: HOOK }}\n    \
         branches: {{ main: production }}\n  - name: ci/other\n    forge: github\n    \
         url: file://{other}\n    webhook_secret: {{ env: HOOK }}\n    branches: {{ main: staging }}\n\
         environments:\n  production:\n    deploy: local\n    registry: {{ url: \"{registry}\" }}\n    \
         nats: {{ url: \"nats://{bus}\" }}\n  staging: {{ deploy: local }}\n",
        forge = forge.address,
        other = other.display(),
        registry = registry.address,
        bus = bus.address,
    ));
    let engine = format!("tcp://{}", docker.address);
    let image = options().go_image;
    let server = place
        .serve(&[("DOCKER_HOST", &engine), ("PELATO_GO_IMAGE", &image)])
        .await;
    let url = server.url.clone();
    let first = push(&url, "ci/r", &commits[0]).await;
    let second = push(&url, "ci/other", &commits[1]).await;

    until(&url, &first, "queued", "cannot fetch from").await;
    until(&url, &second, "queued", "no Docker engine answers").await;
    eventually(async || readiness(&server).await["platform"].as_array().unwrap().len() == 4).await;
    let seen = readiness(&server).await;
    assert_eq!((&seen["ready"], &seen["degraded"]), (&true.into(), &true.into()));
    insta::assert_snapshot!(shown(&seen), @r#"
    "forge" "http://ADDRESS" false "http://ADDRESS cannot be reached: Connection refused (os error 111); it is tried again later"
    "builder" null false "no Docker engine answers at tcp://ADDRESS: Connection refused (os error 111).\nInstall Docker and start it, name its engine in DOCKER_HOST, or build with this machine's Go: `--builder local`"
    "registry" "production" false "the registry ADDRESS does not answer: Connection refused (os error 111); check REGISTRY_URL (`registry.url` of the environment in runner.yaml) and that the registry is up and reachable from here"
    "lattice" "production" false "NATS does not answer at nats://ADDRESS: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here"
    "#);
    // It takes more, and a newer head takes the place of what waits.
    let waits = run(&url, &first).await;
    assert!(waits["not_before"].is_string(), "{waits}");

    forge.open(&git.address).await;
    until(&url, &first, "queued", "no Docker engine answers").await;
    docker.open("/var/run/docker.sock").await;
    // The other one needs no more than that, and does not wait for the first.
    until(&url, &second, "success", "1 built, 1 published, 1 deployed").await;
    until(&url, &first, "queued", "the registry 127.0.0.1:").await;
    registry.open(&real.host).await;
    until(&url, &first, "queued", "NATS does not answer").await;
    bus.open(nats.nats().trim_start_matches("nats://")).await;
    until(&url, &first, "success", "1 deployed").await;
    eventually(async || readiness(&server).await["degraded"] == false).await;
    let log = log(&url, &first).await;
    assert!(log.contains("put off: cannot fetch from http://"), "{log}");
    assert!(log.contains("--- attempt 3 ---"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_asks_for_patience_halfway_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let [here, other] = ["r", "other"].map(|name| folder.path().join(name));
    let commits = [&here, &other].map(|path| repository(path));
    let real = RealRegistry::open();
    // Two answers of 503, and then a limit, in the middle of an upload.
    let moody = Moody::before(&real.host, 2, Duration::from_secs(8)).await;
    let place = Place::of(&format!(
        "listen: 127.0.0.1:0\nreconcile: off\nbuilder: local\nrepositories:\n  - name: ci/r\n    forge: github\n    \
         url: file://{here}\n    webhook_secret: {{ env: HOOK }}\n    branches: {{ main: production }}\n  \
         - name: ci/other\n    forge: github\n    url: file://{other}\n    webhook_secret: {{ env: HOOK }}\n    \
         branches: {{ main: staging }}\nenvironments:\n  production:\n    deploy: local\n    \
         registry: {{ url: \"{host}\" }}\n  staging: {{ deploy: local }}\n",
        here = here.display(),
        other = other.display(),
        host = moody.host,
    ));
    let server = place.serve(&[]).await;
    let url = server.url.clone();
    let first = push(&url, "ci/r", &commits[0]).await;
    until(&url, &first, "queued", "limits how often it may be asked").await;
    let refused = moody.refused();
    // Another repository goes on meanwhile.
    let second = push(&url, "ci/other", &commits[1]).await;
    until(&url, &second, "success", "1 deployed").await;
    until(&url, &first, "success", "1 published, 1 deployed").await;
    assert_eq!(moody.refused(), refused, "nobody asked before the time was over");
    let log = log(&url, &first).await;
    assert!(
        log.contains("--- attempt 2 ---") && !log.contains("--- attempt 3 ---"),
        "{log}"
    );
}

/// A runner within this process: it deploys nothing.
struct Inside {
    url: String,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Inside {
    async fn start(repositories: &[(&str, String)], patience: Patience) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = "listen: 127.0.0.1:0\nreconcile: off\nbuilder: local\nrepositories:\n".to_owned();
        for (name, url) in repositories {
            config += &format!(
                "  - name: {name}\n    forge: github\n    url: {url}\n    allow_http: true\n    \
                 webhook_secret: {{ env: HOOK }}\n    branches: {{ main: production }}\n"
            );
        }
        config += "environments:\n  production: { deploy: local }\n";
        let variables = Variables::given(&[("HOOK", SECRET)]);
        let config = read_runner("runner.yaml", &config, folder.path(), &variables).unwrap();
        let build = build_settings("local", "True", |_| None).unwrap();
        let runner = Runner::start(config, &build).await.unwrap().with_patience(patience);
        let url = format!("http://{}", runner.address().unwrap());
        let stop = CancellationToken::new();
        let served = tokio::spawn(runner.serve(stop.clone()));
        Self {
            url,
            stop,
            served,
            _folder: folder,
        }
    }

    async fn end(self) {
        self.stop.cancel();
        self.served.await.unwrap();
    }
}

#[tokio::test]
async fn who_does_not_come_back_is_given_up_in_the_end() {
    let forge = Gate::shut();
    let patience = Patience {
        first: Duration::from_millis(50),
        longest: Duration::from_millis(200),
        altogether: Duration::from_secs(1),
        ..Patience::default()
    };
    let url = format!("http://{}/r.git", forge.address);
    let runner = Inside::start(&[("ci/r", url)], patience).await;
    let id = push(&runner.url, "ci/r", &"a".repeat(40)).await;
    let ended = until(&runner.url, &id, "error", "given up after").await;
    assert!(
        ended["reason"]
            .as_str()
            .unwrap()
            .starts_with("cannot fetch from http://"),
        "{ended}"
    );
    assert_eq!(ended["not_before"], Value::Null);
    // The same commit may be tried again.
    assert_ne!(push(&runner.url, "ci/r", &"a".repeat(40)).await, id);
    runner.end().await;
}

#[tokio::test]
async fn forges_that_say_nothing_do_not_hold_up_others() {
    let [one, two] = [Mute::start().await, Mute::start().await];
    let folder = tempfile::tempdir().unwrap();
    let commit = nothing_to_do(folder.path());
    let repositories = [
        ("ci/one", one.url.clone()),
        ("ci/two", two.url.clone()),
        ("ci/r", format!("file://{}", folder.path().display())),
    ];
    let patience = Patience {
        silence: Duration::from_millis(300),
        // Days, so that no second try begins between the look at a run and what is asked of it.
        first: Duration::from_secs(10 * 86_400),
        longest: Duration::from_secs(10 * 86_400),
        ..Patience::default()
    };
    let runner = Inside::start(&repositories, patience).await;
    let mut mute = Vec::new();
    for name in ["ci/one", "ci/two"] {
        mute.push(push(&runner.url, name, &"a".repeat(40)).await);
    }
    let id = push(&runner.url, "ci/r", &commit).await;
    until(&runner.url, &id, "success", "nothing to do").await;
    for id in &mute {
        until(&runner.url, id, "queued", "it said nothing for 0.3 s").await;
    }
    // One that waits can be cancelled, like any other.
    let cancel = format!("{}/api/runs/{}/cancel", runner.url, mute[0]);
    let answer = reqwest::Client::new().post(cancel).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    until(&runner.url, &mute[0], "cancelled", "cancelled").await;
    // And a newer head takes its place.
    push(&runner.url, "ci/two", &"b".repeat(40)).await;
    until(&runner.url, &mute[1], "superseded", "a newer head of the branch came").await;
    runner.end().await;
}

/// A repository without any project: its commit.
fn nothing_to_do(folder: &Path) -> String {
    let repository = git2::Repository::init(folder).unwrap();
    let tree = repository.treebuilder(None).unwrap().write().unwrap();
    let tree = repository.find_tree(tree).unwrap();
    let author = git2::Signature::now("a", "a@b.c").unwrap();
    let commit = repository.commit(Some("refs/heads/main"), &author, &author, "Begin", &tree, &[]);
    commit.unwrap().to_string()
}
