//! The tasks that run here.

mod listen;
mod server;
mod task;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::sync::Mutex;

use self::server::Servers;
use self::task::Running;
pub use self::task::Task;
use super::bus::Bus;
use super::{BusError, Observer};

/// Runs tasks: each listens on its subjects and its address.
#[derive(Debug)]
pub struct Host {
    bus: Bus,
    observer: Observer,
    tasks: Mutex<BTreeMap<String, Running>>,
    servers: Servers,
}

/// A task cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// It cannot listen on a subject.
    #[error("cannot listen on {subject}: {reason}")]
    Subject {
        /// The subject.
        subject: String,
        /// Why.
        reason: BusError,
    },
    /// It cannot listen on its address.
    #[error("cannot listen on {address}: {reason}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
    /// Another task has the address.
    #[error("{address} is taken by {by}: give one of the two another address")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// The component that has it.
        by: String,
    },
    /// The component does not do what the task is for.
    #[error("the component has no {0}")]
    NotOffered(&'static str),
}

impl Host {
    /// A host whose tasks talk over `bus`. `observer` hears of all that they do.
    pub fn new(bus: Bus, observer: Observer) -> Self {
        Self {
            bus,
            observer,
            tasks: Mutex::default(),
            servers: Servers::default(),
        }
    }

    /// What the tasks talk over.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Runs `task`, in the place of the one that had its name. The old one finishes
    /// what it has begun; each message that comes meanwhile is handled by one of the
    /// two. Where the new one cannot start, the old one goes on.
    pub async fn put(&self, task: Task) -> Result<(), HostError> {
        let mut tasks = self.tasks.lock().await;
        let name = task.name.clone();
        match tasks.get_mut(&name) {
            Some(running) => running.replace(task, &self.bus, &self.observer, &self.servers).await,
            None => {
                let running = Running::start(task, &self.bus, &self.observer, &self.servers).await?;
                tasks.insert(name, running);
                Ok(())
            }
        }
    }

    /// Stops a task, once it has done what it has begun. Whether there was one.
    pub async fn take(&self, name: &str) -> bool {
        let running = self.tasks.lock().await.remove(name);
        match running {
            Some(running) => {
                running.stop(&self.servers).await;
                true
            }
            None => false,
        }
    }

    /// Stops all tasks.
    pub async fn clear(&self) {
        let all = std::mem::take(&mut *self.tasks.lock().await);
        futures_util::future::join_all(all.into_values().map(|running| running.stop(&self.servers))).await;
    }

    /// The names of the tasks that run.
    pub async fn names(&self) -> Vec<String> {
        self.tasks.lock().await.keys().cloned().collect()
    }
}
