//! What carries messages from task to task.

mod memory;
mod nats;
mod record;
mod subject;

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::BusError;
pub use memory::Memory;
pub use nats::Nats;
pub use record::Record;

/// A message on a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it is sent to.
    pub subject: String,
    /// What it says, any bytes.
    pub body: Bytes,
    /// Where an answer is waited for, if it is.
    pub reply_to: Option<String>,
}

impl Message {
    /// A message that nobody waits for an answer to.
    pub fn new(subject: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self {
            subject: subject.into(),
            body: body.into(),
            reply_to: None,
        }
    }
}

/// What carries messages. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Bus {
    /// Within this process, with NATS's subjects and queue groups.
    Memory(Memory),
    /// A real NATS.
    Nats(Nats),
    /// Nobody: what is published is written down.
    Record(Record),
}

impl Bus {
    /// A bus within this process. A message may have `limit` bytes.
    pub fn memory(limit: usize) -> Self {
        Self::Memory(Memory::new(limit))
    }

    /// Sends `message` to whoever listens.
    pub async fn publish(&self, message: Message) -> Result<(), BusError> {
        subject::check_target(&message.subject)?;
        // It is written on the same line of NATS's protocol.
        message.reply_to.as_deref().map_or(Ok(()), subject::check_target)?;
        match self {
            Self::Memory(memory) => memory.publish(message).map(|_| ()),
            Self::Nats(nats) => nats.publish(message).await,
            Self::Record(record) => record.publish(message),
        }
    }

    /// Sends a message and waits for the first answer to it.
    pub async fn request(&self, subject: String, body: Bytes, limit: Duration) -> Result<Message, BusError> {
        subject::check_target(&subject)?;
        match self {
            Self::Memory(memory) => memory.request(subject, body, limit).await,
            Self::Nats(nats) => nats.request(subject, body, limit).await,
            Self::Record(_) => Err(BusError::NoResponders(subject)),
        }
    }

    /// Listens on `subject`, which may hold `*` and `>`. Of those that name one
    /// queue group, each message reaches one.
    pub async fn subscribe(&self, subject: &str, queue: Option<&str>) -> Result<Subscription, BusError> {
        subject::check_pattern(subject)?;
        match self {
            Self::Memory(memory) => Ok(Subscription::Memory(memory.subscribe(subject, queue))),
            Self::Nats(nats) => nats.subscribe(subject, queue).await.map(Subscription::Nats),
            Self::Record(_) => Ok(Subscription::Memory(Memory::new(0).subscribe(subject, queue))),
        }
    }
}

/// The messages of a subject, as they come.
#[derive(Debug)]
pub enum Subscription {
    /// Of [`Bus::Memory`].
    Memory(memory::Inbox),
    /// Of [`Bus::Nats`].
    Nats(nats::Inbox),
}

impl Subscription {
    /// The next message; none when there will be no more.
    pub async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Memory(inbox) => inbox.next().await,
            Self::Nats(inbox) => inbox.next().await,
        }
    }

    /// Takes no new messages. Those that came already are still there.
    pub async fn close(&mut self) {
        match self {
            Self::Memory(inbox) => inbox.close(),
            Self::Nats(inbox) => inbox.close().await,
        }
    }

    /// How many messages were dropped since it was asked last: who listens is too
    /// far behind.
    pub fn dropped(&self) -> usize {
        match self {
            Self::Memory(inbox) => inbox.dropped(),
            // NATS's client drops them where nobody can count.
            Self::Nats(_) => 0,
        }
    }
}

/// How many messages wait for one listener, as in NATS's own client.
const CAPACITY: usize = 65_536;

fn channel() -> (mpsc::Sender<Message>, mpsc::Receiver<Message>) {
    mpsc::channel(CAPACITY)
}

#[cfg(test)]
mod tests;
