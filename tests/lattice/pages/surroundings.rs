//! What stands where a page says `nats.example.org`, `registry.example.org` and
//! `git.example.org`.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use lattice_harness::{Lattice, Options};
use nkeys::KeyPair;
use serde_json::json;

use super::gitea::Gitea;
use super::reader::{Desk, With};
use super::registry::RealRegistry;
use crate::stories::providers;

/// What a page writes where somebody has a password.
const USER: &str = "ci";
const PASSWORD: &str = "correct horse";

/// How long the hosts may take to say that they know a registry's password.
const HOSTS: Duration = Duration::from_secs(20);

pub(super) struct Surroundings {
    lattice: Option<Lattice>,
    registry: Option<RealRegistry>,
    /// Of a user of NATS that has no password.
    seed: Option<String>,
    gitea: Option<Gitea>,
}

impl Surroundings {
    /// Starts what a page asks for.
    pub(super) async fn of(with: &[With]) -> Self {
        let asked = |what: With| with.contains(&what);
        let registry = asked(With::Registry).then(RealRegistry::with_password);
        let key = asked(With::Nats).then(KeyPair::new_user);
        let gitea = match asked(With::Gitea) {
            true => Some(Gitea::start().await),
            false => None,
        };
        let mut lattice = None;
        if [With::Lattice, With::Registry, With::Nats].into_iter().any(asked) {
            let options = Options {
                nats: key.as_ref().map(users).unwrap_or_default(),
                wadm_user: key.as_ref().map(|_| "wadm:p4ss-of-wadm".to_owned()),
                insecure_registries: registry.iter().map(|registry| registry.host.clone()).collect(),
                ..Options::default()
            };
            lattice = Some(Lattice::start(options).await.unwrap());
        }
        if let (Some(lattice), Some(registry)) = (&lattice, &registry) {
            tell(lattice, &registry.host).await;
        }
        Self {
            lattice,
            registry,
            seed: key.map(|key| key.seed().unwrap()),
            gitea,
        }
    }

    /// Where such a page is followed.
    pub(super) fn desk(&self) -> Desk {
        let mut desk = Desk::new();
        if let Some(seed) = &self.seed {
            std::fs::write(desk.here().join("ci.nk"), seed).unwrap();
        }
        if let Some(gitea) = &self.gitea {
            desk = desk.calling("https://git.example.org/api/v1", &gitea.api());
        }
        let Some(lattice) = &self.lattice else {
            return desk;
        };
        let registry = self
            .registry
            .as_ref()
            .map_or(lattice.registry(), |registry| &registry.host);
        let nats = lattice.nats();
        // The stock images of the providers are in no registry that the tests reach.
        desk.with("PELATO_PROVIDERS", &providers(lattice))
            .calling("registry.example.org", registry)
            .calling("nats.example.org:4222", nats.trim_start_matches("nats://"))
    }
}

/// NATS's users: one with a password and one with a key, who may do what the platform's page
/// says a runner may. Hosts say no name, and all that they may not is to ask wadm.
fn users(key: &KeyPair) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/continuum/nats/guarded/runner.conf");
    let runner = std::fs::read_to_string(file).unwrap();
    format!(
        "accounts {{ LATTICE {{ jetstream: enabled, users: [\n\
         {{ user: host, password: p4ss-of-host, permissions {{ publish: {{ deny: \"wadm.api.>\" }} }} }}\n\
         {{ user: wadm, password: p4ss-of-wadm }}\n\
         {{ user: {USER}, password: \"{PASSWORD}\", permissions {{\n{runner}\n}} }}\n\
         {{ nkey: {}, permissions {{\n{runner}\n}} }}\n\
         ] }} }}\nno_auth_user: host\n",
        key.public_key()
    )
}

/// Has all hosts know a registry's password, as those do that are started with it: the stock
/// host takes it from its environment, which the tests' host does not read.
async fn tell(lattice: &Lattice, registry: &str) {
    let nats = async_nats::connect(lattice.nats()).await.unwrap();
    let inbox = nats.new_inbox();
    let mut answers = nats.subscribe(inbox.clone()).await.unwrap();
    let credentials = json!({ registry: { "registryType": "oci", "username": USER, "password": PASSWORD } });
    let subject = format!("wasmbus.ctl.v1.{}.registry.put", lattice.name());
    nats.publish_with_reply(subject, inbox, credentials.to_string().into())
        .await
        .unwrap();
    for _ in lattice.ping().await.unwrap() {
        let answer = tokio::time::timeout(HOSTS, answers.next()).await;
        let answer = answer.expect("a host does not answer").unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
        assert_eq!(answer["success"], true, "{answer}");
    }
}
