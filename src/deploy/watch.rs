//! What wadm and the hosts announce while an application changes.

use std::time::Duration;

use async_nats::{Message, Subscriber};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use wadm_types::api::Status;

use super::DeployError;
use super::host::Control;

/// How often to look although nothing was announced: an announcement can get
/// lost, and who may ask may not always listen.
const POLL: Duration = Duration::from_millis(500);
const SOON: Duration = Duration::from_millis(50);

/// An announcement.
pub(super) enum News {
    /// wadm's status of the application changed.
    Status(Status),
    /// A part runs, or another number of it.
    Moved { id: String },
    /// A part could not be started.
    Failed { id: String, host: String, reason: String },
    /// A host came or went.
    Hosts,
    /// Nothing for a while.
    Quiet,
}

/// A subscription to both.
pub(super) struct Watch {
    status: Subscriber,
    events: Subscriber,
    tick: Instant,
    /// The parts that are waited for.
    ids: Vec<String>,
}

/// The part of a host's event that we read. wasmCloud's events are CloudEvents.
#[derive(Deserialize)]
struct Event {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    component_id: Option<String>,
    provider_id: Option<String>,
    #[serde(default)]
    host_id: String,
    #[serde(default)]
    error: String,
}

impl Watch {
    /// Of an application and the parts with these `ids`. What others start and stop
    /// meanwhile is no news: each look asks the hosts, and with twenty applications at
    /// once every event would make all of them look.
    pub(super) async fn on(control: &Control, application: &str, ids: Vec<String>) -> Result<Self, DeployError> {
        let subscribe = async |subject: String| {
            let subscribed = control.connection.client.subscribe(subject).await;
            subscribed.map_err(|error| control.connection.broken(error))
        };
        let lattice = &control.lattice;
        Ok(Self {
            status: subscribe(format!("wadm.status.{lattice}.{application}")).await?,
            events: subscribe(format!("wasmbus.evt.{lattice}.>")).await?,
            tick: Instant::now() + POLL,
            ids,
        })
    }

    /// Looks again shortly: what is waited for now is announced by no one.
    pub(super) fn look_again_soon(&mut self) {
        self.tick = self.tick.min(Instant::now() + SOON);
    }

    /// The next announcement that may concern us, or `Quiet` at every tick.
    pub(super) async fn next(&mut self) -> News {
        loop {
            let wait = timeout_at(self.tick, async {
                tokio::select! {
                    Some(message) = self.status.next() => status(&message),
                    Some(message) = self.events.next() => event(&message),
                    else => std::future::pending().await,
                }
            });
            match wait.await {
                Ok(Some(News::Moved { id } | News::Failed { id, .. })) if !self.ids.contains(&id) => {}
                Ok(Some(news)) => return news,
                Ok(None) => {}
                Err(_) => {
                    self.tick = Instant::now() + POLL;
                    return News::Quiet;
                }
            }
        }
    }
}

fn status(message: &Message) -> Option<News> {
    serde_json::from_slice(&message.payload).ok().map(News::Status)
}

fn event(message: &Message) -> Option<News> {
    let (_, name) = message.subject.rsplit_once('.')?;
    if matches!(name, "host_started" | "host_stopped" | "labels_changed") {
        return Some(News::Hosts);
    }
    if !matches!(
        name,
        "component_scaled"
            | "component_scale_failed"
            | "provider_started"
            | "provider_start_failed"
            | "provider_stopped"
    ) {
        return None;
    }
    let Event { data } = serde_json::from_slice(&message.payload).ok()?;
    let id = data.component_id.or(data.provider_id)?;
    Some(match name.ends_with("_failed") {
        true => News::Failed {
            id,
            host: data.host_id,
            reason: data.error,
        },
        false => News::Moved { id },
    })
}
