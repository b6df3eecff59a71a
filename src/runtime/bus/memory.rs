//! Messages within this process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Message, subject};
use crate::runtime::BusError;

/// Messages within this process, with NATS's subjects and queue groups.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    listeners: RwLock<BTreeMap<u64, Listener>>,
    /// Names listeners and inboxes.
    count: AtomicU64,
}

/// How many bytes wait for one listener, as a NATS server has it.
const WAITING: usize = 64 << 20;

#[derive(Debug)]
struct Listener {
    subject: String,
    queue: Option<String>,
    sender: mpsc::Sender<Message>,
    counts: Arc<Counts>,
}

/// What a listener and who reads know of each other.
#[derive(Debug, Default)]
struct Counts {
    dropped: AtomicUsize,
    /// Bytes that wait.
    waiting: AtomicUsize,
}

impl Listener {
    fn give(&self, message: Message) {
        let bytes = message.body.len();
        let waiting = self.counts.waiting.fetch_add(bytes, Ordering::Relaxed);
        // One message is taken whatever its size: the bus's own limit is for that.
        let full = waiting > 0 && waiting + bytes > WAITING;
        if full || self.sender.try_send(message).is_err() {
            self.counts.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            limit,
            listeners: RwLock::default(),
            count: AtomicU64::new(0),
        }))
    }

    /// Gives a message to whoever listens; how many that are.
    pub(super) fn publish(&self, message: Message) -> Result<usize, BusError> {
        if message.body.len() > self.0.limit {
            return Err(BusError::TooLarge {
                bytes: message.body.len(),
                limit: self.0.limit,
            });
        }
        let listeners = self.0.listeners.read().unwrap_or_else(PoisonError::into_inner);
        let mut groups: BTreeMap<&str, Vec<&Listener>> = BTreeMap::new();
        let mut given = 0;
        for listener in listeners.values() {
            if !subject::matches(&listener.subject, &message.subject) {
                continue;
            }
            match &listener.queue {
                Some(queue) => groups.entry(queue).or_default().push(listener),
                None => {
                    listener.give(message.clone());
                    given += 1;
                }
            }
        }
        for members in groups.values() {
            members[fastrand::usize(..members.len())].give(message.clone());
            given += 1;
        }
        Ok(given)
    }

    pub(super) async fn request(&self, subject: String, body: Bytes, limit: Duration) -> Result<Message, BusError> {
        let inbox = format!("_INBOX.{}", self.0.count.fetch_add(1, Ordering::Relaxed));
        let mut answers = self.subscribe(&inbox, None);
        let asked = Message {
            subject: subject.clone(),
            body,
            reply_to: Some(inbox),
        };
        if self.publish(asked)? == 0 {
            return Err(BusError::NoResponders(subject));
        }
        match timeout(limit, answers.next()).await {
            Ok(Some(answer)) => Ok(answer),
            _ => Err(BusError::NoAnswer(subject)),
        }
    }

    pub(super) fn subscribe(&self, subject: &str, queue: Option<&str>) -> Inbox {
        let (sender, receiver) = super::channel();
        let counts = Arc::new(Counts::default());
        let id = self.0.count.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            subject: subject.to_owned(),
            queue: queue.map(str::to_owned),
            sender,
            counts: Arc::clone(&counts),
        };
        let mut listeners = self.0.listeners.write().unwrap_or_else(PoisonError::into_inner);
        listeners.insert(id, listener);
        Inbox {
            id,
            bus: self.clone(),
            receiver,
            counts,
        }
    }
}

/// What one listener has to read.
#[derive(Debug)]
pub struct Inbox {
    id: u64,
    bus: Memory,
    receiver: mpsc::Receiver<Message>,
    counts: Arc<Counts>,
}

impl Inbox {
    pub(super) async fn next(&mut self) -> Option<Message> {
        let message = self.receiver.recv().await?;
        self.counts.waiting.fetch_sub(message.body.len(), Ordering::Relaxed);
        Some(message)
    }

    /// The sender goes with the listener, so that reading comes to an end.
    pub(super) fn close(&self) {
        let listeners = &self.bus.0.listeners;
        listeners
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }

    pub(super) fn dropped(&self) -> usize {
        self.counts.dropped.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.close();
    }
}
