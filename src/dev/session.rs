//! A host that runs what the workflow wants.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use super::Wanted;
use super::parts::{DevError, builder, bus};
use crate::build::{Builder, Component};
use crate::deploy::{NatsConfig, Specification};
use crate::pipeline::Request;
use crate::report::Reporter;
use crate::runtime::{Bus, Code, Compiler, Host, Observer, Options, Runtime, Stores, Task};
use crate::services::BuildSettings;

/// Runs the tasks of a workflow, and replaces what changes.
pub struct Session {
    builder: Builder,
    runtime: Runtime,
    host: Host,
    stores: Stores,
    running: BTreeMap<String, Running>,
    /// Compiled components by the digest of their sources.
    codes: BTreeMap<String, Code>,
}

#[derive(Debug, PartialEq)]
struct Running {
    name: String,
    component_name: String,
    digest: String,
    specification: Specification,
}

/// What a look at the files led to. Tasks by `component_name`, each once.
#[derive(Debug, Default)]
pub struct Applied {
    /// Run now, and did not before.
    pub started: BTreeSet<String>,
    /// Run with other code or another configuration.
    pub reloaded: BTreeSet<String>,
    /// Run no longer.
    pub stopped: BTreeSet<String>,
    /// Are as they were before: they do not compile, or cannot be started.
    pub failed: Vec<Failure>,
}

/// A task that is not as the files want it.
#[derive(Debug)]
pub struct Failure {
    /// The task.
    pub component_name: String,
    /// Why.
    pub reason: String,
    /// Whether an older version of it runs on.
    pub older_runs: bool,
}

/// A task that runs, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The task.
    pub component_name: String,
    /// Its name for people.
    pub name: String,
    /// The subjects that it listens on.
    pub subjects: Vec<String>,
    /// The subject that it publishes to, `bucket …` or `table …`.
    pub to: Option<String>,
    /// Where it answers HTTP requests.
    pub address: Option<std::net::SocketAddr>,
}

impl Session {
    /// A session that builds as `build` says. Its tasks talk over the NATS server `nats`
    /// where one is named, else within this process, and keep things in `stores`.
    ///
    /// # Errors
    /// Where there is nothing to build with, no NATS at the address, or this machine
    /// does not let wasmtime work.
    pub async fn start(
        build: BuildSettings,
        nats: Option<NatsConfig>,
        stores: Stores,
        observer: Observer,
        reporter: &Reporter,
    ) -> Result<Self, DevError> {
        let options = Options {
            compiler: Compiler::Quick,
            ..Options::default()
        };
        Ok(Self {
            builder: builder(build, reporter).await?,
            runtime: Runtime::new(&options)?,
            host: Host::new(bus(nats).await?, observer),
            stores,
            running: BTreeMap::new(),
            codes: BTreeMap::new(),
        })
    }

    /// What the tasks talk over.
    pub fn bus(&self) -> &Bus {
        self.host.bus()
    }

    /// Makes the host run `wanted`. Only what changed is built; a task that cannot be
    /// built or started goes on as it was. Messages that come meanwhile are handled.
    pub async fn apply(
        &mut self,
        wanted: &[Wanted],
        request: &Request<'_>,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Applied {
        let mut applied = Applied::default();
        let unbuilt = self.build(wanted, request, reporter, cancel).await;
        for one in wanted {
            let component_name = &one.sources.component_name;
            let started = match (unbuilt.get(component_name), &one.specification) {
                (Some(reason), _) | (None, Err(reason)) => Err(reason.clone()),
                (None, Ok(specification)) => self.put(one, specification).await,
            };
            match started {
                Ok(Change::None) => {}
                Ok(Change::Started) => drop(applied.started.insert(component_name.clone())),
                Ok(Change::Reloaded) => drop(applied.reloaded.insert(component_name.clone())),
                Err(reason) => {
                    if !applied
                        .failed
                        .iter()
                        .any(|failed| failed.component_name == *component_name)
                    {
                        applied.failed.push(Failure {
                            component_name: component_name.clone(),
                            reason,
                            older_runs: self.running.contains_key(&one.application),
                        });
                    }
                }
            }
        }
        self.stop_the_rest(wanted, &mut applied).await;
        let used: BTreeSet<&str> = self.running.values().map(|running| running.digest.as_str()).collect();
        self.codes.retain(|digest, _| used.contains(digest.as_str()));
        applied
    }

    /// Compiles what is not there yet; why a component is still not there.
    async fn build(
        &mut self,
        wanted: &[Wanted],
        request: &Request<'_>,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> BTreeMap<String, String> {
        let mut lacking: BTreeMap<String, &Wanted> = BTreeMap::new();
        for one in wanted {
            let digest = one.sources.digest();
            if !self.codes.contains_key(&digest) {
                lacking.insert(digest, one);
            }
        }
        let sources: Vec<_> = lacking.values().map(|one| one.sources.clone()).collect();
        let built = match sources.is_empty() {
            true => Vec::new(),
            false => {
                self.builder
                    .build(request.run, request.repository, &sources, reporter, cancel)
                    .await
            }
        };
        let mut unbuilt = BTreeMap::new();
        for ((digest, _), (component_name, component)) in lacking.into_iter().zip(built) {
            let loaded = match component {
                Ok(Component { wasm, .. }) => self.runtime.load(wasm).await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match loaded {
                Ok(code) => drop(self.codes.insert(digest, code)),
                Err(reason) => drop(unbuilt.insert(component_name, reason)),
            }
        }
        unbuilt
    }

    async fn put(&mut self, one: &Wanted, specification: &Specification) -> Result<Change, String> {
        let digest = one.sources.digest();
        let Some(code) = self.codes.get(&digest) else {
            return Err("it is not built".to_owned());
        };
        let next = Running {
            name: one.name.clone(),
            component_name: one.sources.component_name.clone(),
            digest,
            specification: specification.clone(),
        };
        let before = self.running.get(&one.application);
        if before == Some(&next) {
            return Ok(Change::None);
        }
        let change = match before {
            Some(_) => Change::Reloaded,
            None => Change::Started,
        };
        let task = Task {
            name: one.application.clone(),
            component_name: next.component_name.clone(),
            code: code.clone(),
            config: specification.config.clone(),
            stores: self.stores.linked(&specification.links),
            subscriptions: specification.subscriptions.clone(),
            address: specification.address,
            request_limit: specification.request_limit,
            instances: specification.instances,
        };
        self.host.put(task).await.map_err(|error| error.to_string())?;
        self.running.insert(one.application.clone(), next);
        Ok(change)
    }

    async fn stop_the_rest(&mut self, wanted: &[Wanted], applied: &mut Applied) {
        let gone: Vec<String> = self
            .running
            .keys()
            .filter(|application| !wanted.iter().any(|one| one.application == **application))
            .cloned()
            .collect();
        for application in gone {
            self.host.take(&application).await;
            if let Some(running) = self.running.remove(&application)
                && !wanted
                    .iter()
                    .any(|one| one.sources.component_name == running.component_name)
            {
                applied.stopped.insert(running.component_name);
            }
        }
    }

    /// The tasks that run, each once.
    pub fn tasks(&self) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for running in self.running.values() {
            let specification = &running.specification;
            let subjects = specification.subscriptions.iter().map(|(subject, _)| subject.clone());
            let one = Shown {
                component_name: running.component_name.clone(),
                name: running.name.clone(),
                subjects: subjects.collect(),
                to: destination(&specification.config),
                address: specification.address,
            };
            if !shown.contains(&one) {
                shown.push(one);
            }
        }
        shown
    }

    /// Stops all tasks, once they have done what they have begun.
    pub async fn end(self) {
        self.host.clear().await;
    }
}

/// Where the results of a task go, as its configuration says.
fn destination(config: &BTreeMap<String, String>) -> Option<String> {
    let named = |key: &str| config.get(key).map(|name| format!("{key} {name}"));
    config
        .get("dest_topic")
        .cloned()
        .or_else(|| named("bucket"))
        .or_else(|| named("table"))
}

enum Change {
    None,
    Started,
    Reloaded,
}
