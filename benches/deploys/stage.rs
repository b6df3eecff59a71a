//! A lattice with one host, and what is deployed there.

use std::time::{Duration, Instant};

use lattice_harness::{Lattice, Options};
use pelato::deploy::NatsConfig;
use pelato::generate::{Manifest, Owner, Placement, Providers, Templates, manifest};
use pelato::publish::{Registry, RegistryConfig};
use pelato::workflow::Task;
use sha2::{Digest, Sha256};
use tokio::time::{sleep, timeout};

use super::Kind;
use super::answering::answering;
use super::command::Project;
use super::component::component;

/// An application that does not answer for so long never will.
const NEVER: Duration = Duration::from_secs(300);

/// The parts that take part.
pub(crate) struct Stage {
    pub(crate) lattice: Lattice,
    pub(crate) nats: async_nats::Client,
    pub(crate) wadm: wadm_client::Client,
    registry: Registry,
}

/// A task that is published and ready to be deployed.
pub(crate) struct Made {
    pub(crate) manifest: Manifest,
    /// What it answers.
    pub(crate) words: String,
}

/// The component_name of the task at `at`.
pub(crate) fn name(at: usize) -> String {
    format!("task{at:02}")
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let options = Options {
            hosts: vec!["edge".into()],
            ..Options::default()
        };
        let lattice = Lattice::start(options).await.unwrap();
        let nats = async_nats::connect(lattice.nats()).await.unwrap();
        let registry = Registry::new(RegistryConfig {
            url: lattice.registry().to_owned(),
            docker_config: Some("/nonexistent/config.json".into()),
            ..RegistryConfig::default()
        });
        Self {
            wadm: wadm_client::Client::from_nats_client(lattice.name(), None, nats.clone()),
            registry: registry.unwrap(),
            nats,
            lattice,
        }
    }

    /// Pelato's own way to the lattice.
    pub(crate) async fn ours(&self) -> pelato::deploy::Lattice {
        let nats = NatsConfig {
            url: self.lattice.nats(),
            ..NatsConfig::default()
        };
        pelato::deploy::Lattice::connect(&nats, self.lattice.name())
            .await
            .unwrap()
    }

    /// Publishes a component of a round; its manifest.
    pub(crate) async fn made(&self, at: usize, kind: Kind, round: &str) -> Made {
        let words = words(at, kind, round);
        let fingerprint = hex::encode(Sha256::digest(&words));
        let image = self.publish(at, &fingerprint, wasm(kind, &words).await).await;
        let mut manifest = self.manifest(at, &image);
        // The manifests of Pelato's rounds have other words.
        manifest.version.push_str(&fingerprint[..6]);
        manifest.document["metadata"]["annotations"]["version"] = manifest.version.clone().into();
        Made { manifest, words }
    }

    /// Writes the code of `count` tasks of a project and publishes what it is taken to
    /// be built into; what each answers.
    pub(crate) async fn publish_for(&self, project: &Project, kind: Kind, count: usize, round: &str) -> Vec<String> {
        let all: Vec<String> = (0..count).map(|at| words(at, kind, round)).collect();
        for (at, words) in all.iter().enumerate() {
            project.write(&format!("tasks/{}.go", name(at)), &code(words));
        }
        let plan = said(project, &["plan", "--json"]).await.stdout;
        let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
        let planned = plan["projects"][0]["tasks"].as_array().unwrap();
        assert_eq!(planned.len(), count);
        for (at, planned) in planned.iter().enumerate() {
            let fingerprint = planned["fingerprint"].as_str().unwrap();
            self.publish(at, fingerprint, wasm(kind, &all[at]).await).await;
        }
        all
    }

    async fn publish(&self, at: usize, fingerprint: &str, wasm: Vec<u8>) -> String {
        let published = self.registry.publish(&name(at), "1.0.0", fingerprint, wasm).await;
        published.unwrap().reference
    }

    /// Asks the task at `at` until it answers `words`.
    pub(crate) async fn until_answered(&self, at: usize, words: &str) {
        let end = Instant::now() + NEVER;
        // What comes while the old one ends is lost; on a busy machine an answer takes time.
        let mut patience = Duration::from_millis(50);
        loop {
            let asked = self.nats.request(format!("{}.in", name(at)), "?".into());
            match timeout(patience, asked).await {
                Ok(Ok(answer)) if answer.payload == words.as_bytes() => return,
                Ok(_) => sleep(Duration::from_millis(5)).await,
                Err(_) => patience = (patience * 3 / 2).min(Duration::from_secs(3)),
            }
            assert!(Instant::now() < end, "{} never answers {words:?}", name(at));
        }
    }

    /// Takes everything away.
    pub(crate) async fn clear(&self) {
        for known in self.wadm.list_manifests().await.unwrap() {
            self.wadm.undeploy_manifest(&known.name).await.unwrap();
            self.wadm.delete_manifest(&known.name, None).await.unwrap();
        }
        let end = Instant::now() + NEVER;
        loop {
            let runs = self.lattice.inventory("edge").await.unwrap();
            let none = |kind: &str| runs[kind].as_array().is_none_or(Vec::is_empty);
            if none("components") && none("providers") {
                return;
            }
            assert!(Instant::now() < end, "still there: {runs}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn manifest(&self, at: usize, image: &str) -> Manifest {
        let name = name(at);
        let task = Task {
            name: name.clone(),
            component_name: name.clone(),
            template: "processor_nats".into(),
            code: format!("{name}.go"),
            targets: vec!["edge".into()],
            source_topic: Some(format!("{name}.in")),
            dest_topic: Some(format!("{name}.out")),
            version: "1.0.0".into(),
            address: None,
            instances: None,
            placement: Default::default(),
            extra: Default::default(),
        };
        let owner = Owner {
            repository: "acme/bench".into(),
            project: ".".into(),
            environment: "default".into(),
            commit: None,
        };
        let placement = Placement {
            target: "edge",
            image,
            environment: "default",
            providers: &Providers::builtin(),
            nats: &self.lattice.nats(),
            sql: None,
            agent: false,
            owner: &owner,
        };
        manifest(&task, &placement, "sha256:00", "", &Templates::builtin().unwrap()).unwrap()
    }
}

/// What `pelato` says, once it has ended well.
pub(crate) async fn said(project: &Project, arguments: &[&str]) -> std::process::Output {
    let output = project.command(arguments).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// What a task answers in a round. Those in Go are one component: building twenty is
/// another bench.
fn words(at: usize, kind: Kind, round: &str) -> String {
    match kind {
        Kind::Smallest => format!("{} {round}", name(at)),
        Kind::Go => round.to_owned(),
    }
}

fn code(words: &str) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return {words:?} }}\n")
}

async fn wasm(kind: Kind, words: &str) -> Vec<u8> {
    match kind {
        Kind::Smallest => answering(words),
        Kind::Go => component("processor_nats", &code(words)).await,
    }
}
