//! One task that runs, and its successor.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::HostError;
use super::listen::Listener;
use super::server::Servers;
use crate::runtime::{Bus, Code, Observer, Stores, Surroundings};

/// What a host has to know of a task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Tells it from all others of the host.
    pub name: String,
    /// What people and tasks' logs call it.
    pub component_name: String,
    /// What runs.
    pub code: Code,
    /// What `wasi:config` answers.
    pub config: BTreeMap<String, String>,
    /// Where it keeps things.
    pub stores: Stores,
    /// Subjects, each with a queue group where several share the messages.
    pub subscriptions: Vec<(String, Option<String>)>,
    /// Where it answers HTTP requests.
    pub address: Option<SocketAddr>,
    /// How long a request may take.
    pub request_limit: Duration,
    /// How many messages it handles at once.
    pub instances: usize,
}

/// One version of a task: what a message is handled with.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) code: Code,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) request_limit: Duration,
    pub(super) instances: Arc<Semaphore>,
}

/// The version that takes what comes next.
pub(super) type Current = watch::Receiver<Arc<Version>>;

/// A task that runs.
#[derive(Debug)]
pub(super) struct Running {
    name: String,
    component_name: String,
    current: watch::Sender<Arc<Version>>,
    listeners: BTreeMap<(String, Option<String>), Listener>,
    address: Option<SocketAddr>,
}

impl Running {
    pub(super) async fn start(
        task: Task,
        bus: &Bus,
        observer: &Observer,
        servers: &Servers,
    ) -> Result<Self, HostError> {
        check(&task)?;
        let (current, _) = watch::channel(version(&task, bus, observer));
        let mut running = Self {
            name: task.name.clone(),
            component_name: task.component_name.clone(),
            current,
            listeners: BTreeMap::new(),
            address: None,
        };
        if let Err(error) = running.listen(&task, bus, servers).await {
            running.stop(servers).await;
            return Err(error);
        }
        Ok(running)
    }

    /// The new version's subjects and address are listened on before it takes over,
    /// and the old ones left after.
    pub(super) async fn replace(
        &mut self,
        task: Task,
        bus: &Bus,
        observer: &Observer,
        servers: &Servers,
    ) -> Result<(), HostError> {
        check(&task)?;
        let before = Arc::clone(&self.current.borrow());
        self.current.send_replace(version(&task, bus, observer));
        if let Err(error) = self.listen(&task, bus, servers).await {
            self.current.send_replace(before);
            return Err(error);
        }
        let old: Vec<_> = self
            .listeners
            .keys()
            .filter(|subscription| !task.subscriptions.contains(subscription))
            .cloned()
            .collect();
        for subscription in old {
            if let Some(listener) = self.listeners.remove(&subscription) {
                // What it has begun may take minutes: nobody waits for that.
                drop(tokio::spawn(listener.stop()));
            }
        }
        if self.address != task.address
            && let Some(address) = std::mem::replace(&mut self.address, task.address)
        {
            drop(servers.leave(address, &self.name).await);
        }
        Ok(())
    }

    async fn listen(&mut self, task: &Task, bus: &Bus, servers: &Servers) -> Result<(), HostError> {
        // The address first: it is what may well be taken, and then nothing has changed.
        if let Some(address) = task.address
            && self.address != Some(address)
        {
            servers
                .join(address, &self.name, &self.component_name, self.current.subscribe())
                .await?;
            // Where there was one, who replaces leaves it.
            if self.address.is_none() {
                self.address = Some(address);
            }
        }
        for subscription in &task.subscriptions {
            if self.listeners.contains_key(subscription) {
                continue;
            }
            let (subject, queue) = subscription;
            let inbox = bus.subscribe(subject, queue.as_deref()).await;
            let inbox = inbox.map_err(|reason| HostError::Subject {
                subject: subject.clone(),
                reason,
            })?;
            let listener = Listener::start(inbox, self.current.subscribe());
            self.listeners.insert(subscription.clone(), listener);
        }
        Ok(())
    }

    pub(super) async fn stop(self, servers: &Servers) {
        if let Some(address) = self.address
            && let Some(answering) = servers.leave(address, &self.name).await
        {
            // It ends by itself; a panic in it is reported where it happens.
            let _ = answering.await;
        }
        futures_util::future::join_all(self.listeners.into_values().map(Listener::stop)).await;
    }
}

fn check(task: &Task) -> Result<(), HostError> {
    if !task.subscriptions.is_empty() && !task.code.takes_messages() {
        return Err(HostError::NotOffered("handler for messages"));
    }
    if task.address.is_some() && !task.code.answers_requests() {
        return Err(HostError::NotOffered("handler for HTTP"));
    }
    Ok(())
}

fn version(task: &Task, bus: &Bus, observer: &Observer) -> Arc<Version> {
    Arc::new(Version {
        code: task.code.clone(),
        surroundings: Arc::new(Surroundings {
            task: task.component_name.clone(),
            config: task.config.clone(),
            bus: bus.clone(),
            stores: task.stores.clone(),
            observer: observer.clone(),
        }),
        request_limit: task.request_limit,
        instances: Arc::new(Semaphore::new(task.instances.max(1))),
    })
}
